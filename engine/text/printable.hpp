// Text that came from outside (API, input, file name), made harmless for a terminal and for a log of lines:
// what would act there is shown instead. The one place that knows which characters those are. Pure.
#pragma once

#include "engine/text/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl {

// What acts on a terminal or ends a line: C0, DEL, C1, line and paragraph separators, bidirectional
// overrides.
bool is_control(char32_t) noexcept;

// What shows nothing, or looks like the space U+0020 and is none: no-break and zero-width spaces, byte order
// marks, soft hyphens, joiners, variation selectors, tags. Control characters are not among them.
bool is_invisible(char32_t) noexcept;
// The first one of valid UTF-8; 0: there is none. Of a text that is no UTF-8, up to the first such byte.
char32_t first_invisible(std::string_view utf8) noexcept;
// Without them.
std::string without_invisible(std::string_view);

// "U+00A0 (no-break space)", "U+0007".
std::string name_of(char32_t);

// Three ways to show a text, for three readers. printable(): a line that people read and search, so every
// byte can be told: control characters (line ends and tabs too) and bytes that are not UTF-8 become visible
// escapes (`\n`, `\x1b`, `\u202e`, `\xff`); cut after `max_bytes` with "...". A key in use is concealed. The
// result is UTF-8 without control characters.
std::string printable(std::string_view, std::size_t max_bytes = 400);
// The same for a text of our own that may have several lines: line ends stay.
std::string printable_lines(std::string_view);

// A line of a result for people, whole and with its end.
std::string printable_line(std::string_view);

// append_printable(): words of a server within a message, which is kept and shown beside others, so that they
// read as prose: line ends and tabs are spaces, what is no UTF-8 is U+FFFD, the rest as above; at most
// `max_bytes` in all and never a part of a code point or an escape. A key in use is concealed.
void append_printable(std::string& to, std::string_view, std::size_t max_bytes);

// shown(): a cell that somebody has to find and mend, in quotes: invisible characters, which may be all that
// is wrong, become escapes too; cut after 60 characters. shown_json(): for JSON text, which brings its own
// quotes.
std::string shown(std::string_view);
std::string shown_json(std::string_view json);

// The escape of one code point as above; of a byte that is no UTF-8 where `bytes` is 0.
void append_escaped(std::string& to, code_point, char first_byte);

}  // namespace pawl
