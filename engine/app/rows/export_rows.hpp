// Writes a ledger's rows as lines for people, spreadsheets and the next run: CSV (RFC 4180, lines end in LF)
// or NDJSON. Pure: the caller reads the ledger and stores the lines.
//
// The columns are `row, id, outcome, http_status, error_code, error_message, attempts, request_id, sent_at,
// finished_at, latency_ms`: times in RFC 3339, UTC, with milliseconds; the latency is that of the last
// attempt and has three decimals. A value that is not known (no status, never sent) is an empty cell or null.
// Values stay true, also those that a spreadsheet might take for a formula.
//
// With the input, each line is the original row, which can be corrected and run again. In CSV the original
// columns come first, then ours with `_` before the name (columns that begin with `_` are notes and not
// sent). In NDJSON the original object gets a member `_pawl`. Notes of an earlier export are replaced. A row
// that cannot be split is put whole into the first column, or into `_raw`, so that the file stays
// well-formed.
#pragma once

#include "engine/app/rows/command_options.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

// What the ledger knows of the input (generation_row); an empty header means NDJSON.
struct export_input {
  std::string header;     // as it is written in the file
  char delimiter = '\0';  // '\0': guessed from the header
};

class export_writer {
 public:
  // Without the input: any format; each line has the columns above.
  explicit export_writer(export_format);
  // With the input: the original rows must have the wanted format; if not, failure_kind::usage.
  static expected<export_writer> with_input(export_format, const export_input&);

  // CSV: the header with its line end. NDJSON: empty.
  std::string header() const;

  // Appends one line. `raw` is the original row, which the ledger keeps for failures (job_row::raw) and the
  // input has for all rows; without the input it is not used.
  void append(std::string& out, const ledger::job_row&, std::string_view raw) const;

 private:
  std::string csv_header() const;
  void append_cells(std::string& out, const ledger::job_row&) const;
  void append_input_cells(std::string& out, std::string_view raw) const;
  void append_ndjson_with_input(std::string& out, const ledger::job_row&, std::string_view raw) const;

  export_format format_;
  bool with_input_ = false;
  char delimiter_ = ',';
  std::vector<std::string> columns_;  // the original header's cells, verbatim
  std::vector<bool> kept_;            // by column; false: it is a note of an earlier export
};

}  // namespace pawl::app
