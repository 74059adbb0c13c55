// Cuts bytes into CSV rows and cells (RFC 4180), wherever the chunks they come in are cut. Knows where each
// row stands, keeps the bounds, and knows nothing of what cells mean.
//
// Where RFC 4180 leaves room:
// - A line ends in LF or CRLF. A CR inside quotes is data. A CR outside quotes that no LF follows is a fault
// (files of
//   old Macs, and torn files).
// - A quote inside an unquoted cell, and text behind a closing quote, are faults: what was meant cannot be
// known.
// - White space around cells belongs to them; a cell is quoted only if its very first character is the quote.
// - A last line without line end is a row.
#pragma once

#include "engine/input/byte_window.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

struct csv_cell {
  std::string_view text;  // without the enclosing quotes; doubled quotes still doubled
  bool escaped = false;   // true: it holds doubled quotes
};

// What keeps a row from being read.
enum class csv_fault : std::uint8_t {
  none,
  open_quote,        // the input ends inside quotes
  text_after_quote,  // `"a"b`
  bare_quote,        // `a"b`
  lone_cr,
  cell_too_long,
  row_too_long,
};

// Views into the scanner's window: they hold until its next call.
struct csv_row {
  std::uint64_t offset = 0;     // of its first byte
  std::uint64_t line = 1;       // physical, 1-based
  std::string_view raw;         // without the line end; of a row that is too long the first 64 KiB
  std::vector<csv_cell> cells;  // up to the first fault
  csv_fault fault = csv_fault::none;
  std::size_t fault_cell = 0;    // 0-based; for row_too_long 0
  std::uint64_t fault_line = 0;  // where the bad cell begins (open_quote: where the quote opens)
  // row_too_long: where a quote opened that was still open when the row passed its bound; 0: none.
  std::uint64_t open_quote_line = 0;
};

// The text of a cell with its doubled quotes made single; through `scratch` where there are any.
std::string_view unquoted(const csv_cell&, std::string& scratch);

// Reads itself again from the row's start when a row is not whole yet, so it carries no state from chunk to
// chunk but the bytes themselves (and, inside a row that passed its bound, whether it is in quotes). Not
// thread-safe.
class csv_scanner {
 public:
  // `delimiter` is not a quote, CR or LF.
  explicit csv_scanner(char delimiter);

  // Where the next bytes go: write up to the size of room(), then say how many they were.
  std::span<char> room() { return window_.room(); }
  void commit(std::size_t count) noexcept { window_.commit(count); }
  // The same for bytes that lie elsewhere.
  void feed(std::string_view chunk);
  // No more bytes will come.
  void finish() noexcept { finished_ = true; }

  enum class step : std::uint8_t { row, need_bytes, end };
  step next(csv_row& row);

  // Where the next row begins.
  std::uint64_t offset() const noexcept { return skipping_ ? skip_offset_ : window_.offset(); }
  std::uint64_t line() const noexcept { return line_; }

  // Forgets all bytes and goes on at another place.
  void restart(std::uint64_t offset, std::uint64_t line) noexcept;

 private:
  enum class skip_state : std::uint8_t { cell_start, unquoted, quoted, quote_in_quoted };

  step skip(csv_row& row);

  byte_window window_;
  std::uint64_t line_ = 1;
  char delimiter_;
  bool finished_ = false;

  // A row over its bound is walked to its true end and dropped, so that no text inside its quotes is ever
  // taken for a row.
  bool skipping_ = false;
  skip_state skip_ = skip_state::cell_start;
  std::string skip_head_;
  std::uint64_t skip_offset_ = 0, skip_lines_ = 0, skip_quote_line_ = 0;
  std::uint64_t skip_bytes_ = 0, skip_open_quote_line_ = 0;
};

}  // namespace pawl::input
