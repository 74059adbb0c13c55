// Cells of CSV (RFC 4180) written, and rows that are at hand taken apart. (The input's scanner, which reads
// files of any size and says what is wrong with them, is engine/input/csv_scanner.) Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// One cell, quoted where it has to be. White space at the ends is quoted too: readers differ in whether it
// belongs to the value.
void append_cell(std::string& to, std::string_view cell, char delimiter = ',');

// The cells of one row as they stand there, quotes included. Unset: an open quote, text behind a closing one,
// or a line end outside of quotes.
std::optional<std::vector<std::string_view>> split_cells(std::string_view row, char delimiter);

// What such a cell says: without its quotes.
std::string cell_text(std::string_view cell);
// What stands between the quotes of a cell, each pair of quotes as one.
void append_undoubled(std::string& to, std::string_view inner);

// The delimiter that a header shows: the one of `, ; tab |` that occurs most outside quotes, a comma for
// none.
char guess_delimiter(std::string_view header) noexcept;

}  // namespace pawl
