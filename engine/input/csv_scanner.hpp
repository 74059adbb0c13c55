// Cuts bytes into CSV rows and cells (RFC 4180), however the bytes are divided into chunks. It knows the
// position of each row and keeps the bounds; it does not know what cells mean.
//
// Where RFC 4180 leaves room:
// - A line ends in LF or CRLF. A CR inside quotes is data. A CR outside quotes without an LF behind it is a
//   fault (files of old Macs, and torn files have it).
// - A quote inside an unquoted cell, and text behind a closing quote, are faults, because their meaning is
//   not known.
// - White space around cells belongs to them; a cell is quoted only if its first character is the quote.
// - A last line without a line end is a row.
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
  bool escaped = false;   // whether it holds doubled quotes
};

// Why a row cannot be read.
enum class csv_fault : std::uint8_t {
  none,
  open_quote,        // the input ends inside quotes
  text_after_quote,  // `"a"b`
  bare_quote,        // `a"b`
  lone_cr,
  cell_too_long,
  row_too_long,
};

// Holds views into the scanner's window: they are valid until its next call.
struct csv_row {
  std::uint64_t offset = 0;     // of its first byte
  std::uint64_t line = 1;       // physical, 1-based
  std::string_view raw;         // without the line end; the first 64 KiB of a row that is too long
  std::vector<csv_cell> cells;  // up to the first fault
  csv_fault fault = csv_fault::none;
  std::size_t fault_cell = 0;    // 0-based; for row_too_long 0
  std::uint64_t fault_line = 0;  // where the bad cell begins (open_quote: where the quote opens)
  // row_too_long: where a quote opened that was still open when the row passed its bound; 0: none.
  std::uint64_t open_quote_line = 0;
};

// The text of a cell with each doubled quote made single; built in `scratch` if the cell has any.
std::string_view unquoted(const csv_cell&, std::string& scratch);

// A row that is not whole yet is read again from its start when more bytes have come. So nothing but the
// bytes is carried from chunk to chunk (and, inside a row that passed its bound, whether it is in quotes).
// Not thread-safe.
class csv_scanner {
 public:
  // `delimiter` must not be a quote, CR or LF.
  explicit csv_scanner(char delimiter);

  // Takes bytes: write up to room().size() bytes into room(), then commit() how many they were.
  std::span<char> room() { return window_.room(); }
  void commit(std::size_t count) noexcept { window_.commit(count); }
  // Copies bytes that are elsewhere in memory into room().
  void feed(std::string_view chunk);
  // Says that no more bytes will come.
  void finish() noexcept { finished_ = true; }

  enum class step : std::uint8_t { row, need_bytes, end };
  step next(csv_row& row);

  // Where the next row begins.
  std::uint64_t offset() const noexcept { return skipping_ ? skip_offset_ : window_.offset(); }
  std::uint64_t line() const noexcept { return line_; }

  // Drops all bytes and goes on at another position.
  void restart(std::uint64_t offset, std::uint64_t line) noexcept;

 private:
  enum class skip_state : std::uint8_t { cell_start, unquoted, quoted, quote_in_quoted };

  step skip(csv_row& row);

  byte_window window_;
  std::uint64_t line_ = 1;
  char delimiter_;
  bool finished_ = false;

  // A row over its bound is scanned to its true end and dropped, so that no text inside its quotes is taken
  // for a row.
  bool skipping_ = false;
  skip_state skip_ = skip_state::cell_start;
  std::string skip_head_;
  std::uint64_t skip_offset_ = 0, skip_lines_ = 0, skip_quote_line_ = 0;
  std::uint64_t skip_bytes_ = 0, skip_open_quote_line_ = 0;
};

}  // namespace pawl::input
