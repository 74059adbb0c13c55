// Pieces of CSV and NDJSON lines. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pawl::cli {

// One cell of CSV (RFC 4180), quoted where it has to be.
void append_cell(std::string& to, std::string_view cell, char delimiter = ',');

// Text of the API that nothing reads back (notes, codes, messages), so that neither a terminal nor a
// spreadsheet does anything with it: control characters as printable() shows them, and an apostrophe before a
// leading = + - or @, which would begin a formula (a tab or a line end, which some programs skip there, is
// shown). For the cells of CSV. Ids and values are never passed through it: they go back as they are.
std::string neutral_text(std::string_view);

// The same for JSON: what a terminal would act on and JSON lets stand (DEL, C1, bidirectional controls, line
// separators) as \u escapes, which are the same values. `json` is any JSON text.
std::string neutral_json(std::string_view json);

// JSON text without the white space outside of strings, so that it fits into a line.
void append_compact(std::string& to, std::string_view json);

}  // namespace pawl::cli
