// Makes text that came from outside (API, input, file name) harmless for a terminal and for a log of lines:
// characters that would act there are shown instead. Only this file knows which characters those are. Pure.
#pragma once

#include "engine/text/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl {

// Whether a character acts on a terminal or ends a line: C0, DEL, C1, line and paragraph separators,
// bidirectional overrides.
bool is_control(char32_t) noexcept;

// Whether a character shows nothing, or looks like the space U+0020 without being it: no-break and zero-width
// spaces, byte order marks, soft hyphens, joiners, variation selectors, tags. Control characters are not
// among them.
bool is_invisible(char32_t) noexcept;
// The first invisible character; 0: there is none. In text that is not UTF-8 only the part before the first
// malformed byte is looked at.
char32_t first_invisible(std::string_view utf8) noexcept;
// The text without its invisible characters.
std::string without_invisible(std::string_view);

// For messages: "U+00A0 (no-break space)", "U+0007".
std::string name_of(char32_t);

// There are three ways to show a text, for three readers.
//
// printable(): for one line that people read and search. Every byte can be told from it: control characters
// (line ends and tabs too) and bytes that are not UTF-8 become visible escapes (`\n`, `\x1b`, `\u202e`,
// `\xff`). The text is cut after `max_bytes` with "...". A key in use is concealed. The result is UTF-8
// without control characters.
std::string printable(std::string_view, std::size_t max_bytes = 400);
// Like printable(), for a text of our own that may have several lines: line ends stay.
std::string printable_lines(std::string_view);

// Like printable(), for a line of a result: it is not cut and ends with a line end.
std::string printable_line(std::string_view);

// append_printable(): for words of a server within a message, which must read as prose. Line ends and tabs
// become spaces, bytes that are not UTF-8 become U+FFFD, other control characters become escapes as above.
// Appends at most `max_bytes`, and never a part of a code point or of an escape. A key in use is concealed.
void append_printable(std::string& to, std::string_view, std::size_t max_bytes);

// shown(): for a cell that somebody has to find and correct. The cell is put in quotes, and invisible
// characters, which may be all that is wrong, become escapes too; it is cut after 60 characters. shown_json()
// is for JSON text, which has its own quotes.
std::string shown(std::string_view);
std::string shown_json(std::string_view json);

// Appends the escape of one code point as above; if `bytes` is 0, that of `first_byte`, which is not UTF-8.
void append_escaped(std::string& to, code_point, char first_byte);

}  // namespace pawl
