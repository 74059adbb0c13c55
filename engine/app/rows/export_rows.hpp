// A ledger's rows as lines for people, spreadsheets and the next run: CSV (RFC 4180, lines end in LF) or
// NDJSON. Pure: the caller reads the ledger and writes the lines.
//
// The columns are `row, id, outcome, http_status, error_code, error_message, attempts, request_id, sent_at,
// finished_at, latency_ms`: times in RFC 3339, UTC, with milliseconds; latency of the last attempt with three
// decimals. What is not known (no status, never sent) is an empty cell or null. Values stay true, also those
// that a spreadsheet might take for a formula.
//
// With the input, a line is the original row that can be mended and run again: in CSV the original columns
// come first, then ours with `_` before the name (columns that begin with `_` are notes and not sent); in
// NDJSON the original object gets a member `_pawl`. Notes of an earlier export are replaced. A row that
// cannot be taken apart stands whole in the first column, or in `_raw`, so that the file around it stays
// well-formed.
#pragma once

#include "engine/app/command_options.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

// What the ledger knows of the input (generation_row): an empty header means NDJSON.
struct export_input {
  std::string header;     // as it stands in the file
  char delimiter = '\0';  // '\0': guessed from the header
};

class export_writer {
 public:
  // Without the input: any format. Line by line the columns above.
  explicit export_writer(export_format);
  // With it: the original rows must be of the same kind as the format wanted, or failure_kind::usage.
  static expected<export_writer> with_input(export_format, const export_input&);

  // CSV: the header with its line end. NDJSON: empty.
  std::string header() const;

  // Appends one line. `raw`: the original row, which the ledger keeps for failures (job_row::raw) and the
  // input has for all; not used without the input.
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
  std::vector<bool> kept_;            // of these; false: a note of an earlier export
};

}  // namespace pawl::app
