// Text of others in what programs read (CSV and NDJSON rows, the summary, the log as JSON): the same values,
// with nothing in them that a terminal acts on, for somebody may look at them there. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pawl {

// A JSON string of any bytes: what is no UTF-8 becomes U+FFFD, and what a terminal would act on is an escape
// (DEL, C1, bidirectional controls and line separators too, which JSON would let stand).
void append_neutral_json_string(std::string& to, std::string_view);

// The same for JSON text: those characters as \u escapes, which are the same values. `json` is any JSON text.
std::string neutral_json(std::string_view json);

// Text of the API that nothing reads back (notes, codes, messages), so that neither a terminal nor a
// spreadsheet does anything with it: control characters as printable() shows them, and an apostrophe before a
// leading = + - or @, which would begin a formula (a tab or a line end, which some programs skip there, is
// shown). For the cells of CSV. Ids and values are never passed through it: they go back as they are.
std::string neutral_text(std::string_view);

}  // namespace pawl
