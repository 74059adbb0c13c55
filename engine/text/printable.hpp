// Text that came from outside (API, input, file name), made harmless for a terminal and for a log of lines:
// what would act there is shown instead. The one place that knows which characters those are. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8 at this place
};

// Of a text that is not empty: its first code point as RFC 3629 allows it (no overlong form, no surrogate,
// nothing over U+10FFFF).
code_point first_code_point(std::string_view) noexcept;

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

// Control characters (line ends and tabs too) and bytes that are not UTF-8 become visible escapes (`\n`,
// `\x1b`, `\u202e`); cut after `max_bytes` with "...". The result is valid UTF-8 without control characters.
std::string printable(std::string_view, std::size_t max_bytes = 400);

// The same for a text of our own that may have several lines: line ends stay.
std::string printable_lines(std::string_view);

// The escape of one code point as above; of a byte that is no UTF-8 where `bytes` is 0.
void append_escaped(std::string& to, code_point, char first_byte);

}  // namespace pawl
