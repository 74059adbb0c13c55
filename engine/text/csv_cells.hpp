// Writes cells of CSV (RFC 4180), and splits a row that is in memory as a whole. The input is read by another
// scanner (engine/input/csv_scanner), which takes files of any size and reports their errors. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// Appends one cell, in quotes where it needs them. A cell with white space at its ends gets quotes too:
// readers differ in whether such white space belongs to the value.
void append_cell(std::string& to, std::string_view cell, char delimiter = ',');

// The cells of one row as they are written, quotes included. Unset: a quote is not closed, text follows a
// closing quote, or a line end stands outside of quotes.
std::optional<std::vector<std::string_view>> split_cells(std::string_view row, char delimiter);

// The value of such a cell: without its quotes.
std::string cell_text(std::string_view cell);
// Appends what stands between the quotes of a cell, with each pair of quotes as one quote.
void append_undoubled(std::string& to, std::string_view inner);

// Guesses the delimiter of a header: the one of `, ; tab |` that occurs most often outside of quotes; a comma
// if none occurs.
char guess_delimiter(std::string_view header) noexcept;

}  // namespace pawl
