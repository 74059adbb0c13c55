// Writes text of others into formats that programs read (CSV and NDJSON rows, the summary, the log as JSON).
// The values stay the same, but hold nothing that a terminal acts on: somebody may look at the file in one.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace pawl {

// Appends a JSON string of any bytes: bytes that are not UTF-8 become U+FFFD, and characters that a terminal
// would act on become escapes (also DEL, C1, bidirectional controls and line separators, which JSON allows
// unescaped).
void append_neutral_json_string(std::string& to, std::string_view);

// Writes those characters of a JSON text as \u escapes, which leaves its values the same. `json` is any JSON
// text.
std::string neutral_json(std::string_view json);

// Makes text of the API (notes, codes, messages) harmless for a terminal and a spreadsheet; for cells of CSV.
// Control characters become escapes as in printable(), also a tab or a line end, which some spreadsheets skip
// at the front. A leading = + - or @ would begin a formula and gets an apostrophe in front. Use it only for
// text that nothing reads back: ids and values go into a cell as they are.
std::string neutral_text(std::string_view);

}  // namespace pawl
