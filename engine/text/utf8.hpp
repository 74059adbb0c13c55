// UTF-8 (RFC 3629): the decoder and encoder, and counting, cutting and repairing by code points. Pure.
#pragma once

#include "engine/text/trim.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: the text is not UTF-8 at this place
};

namespace detail {
code_point first_long_code_point(std::string_view) noexcept;
}

// The first code point of a text that is not empty (no overlong form, no surrogate, nothing over U+10FFFF).
inline code_point first_code_point(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  return detail::first_long_code_point(text);
}

// Calls `each(code_point, std::string_view bytes)` from the front until it returns false. A byte that is not
// UTF-8 comes alone, as a code point of 0 bytes. Returns the bytes from the one at which each() returned
// false.
template <class Each>
std::string_view for_each_code_point(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto c = first_code_point(text);
    const auto size = c.bytes == 0 ? std::size_t{1} : c.bytes;
    if (!each(c, text.substr(0, size))) break;
    text.remove_prefix(size);
  }
  return text;
}

// Puts the bytes of a code point into `to` and returns how many there are. Half of a surrogate pair, which
// has no UTF-8, gets the three bytes that the encoding would give it.
unsigned encode_utf8(char32_t, char (&to)[4]) noexcept;
void append_utf8(std::string& to, char32_t);

bool is_utf8(std::string_view) noexcept;

// The byte order mark that some programs put in front, and a text without it.
inline constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
constexpr std::string_view without_mark(std::string_view text) noexcept {
  if (text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
  return text;
}

// What a file or a reply says: without the mark and the white space around.
constexpr std::string_view content_of(std::string_view body) noexcept {
  return trim(without_mark(body));
}

// The position of the first byte that belongs to no code point; unset: the text is UTF-8.
std::optional<std::size_t> first_malformed(std::string_view) noexcept;

// Two facts about a text, found in one pass.
struct byte_census {
  bool has_nul = false;
  bool has_non_ascii = false;
};
byte_census take_census(std::string_view) noexcept;

// True for UTF-8 without a NUL, which every reader of a text column in SQLite can take.
bool is_plain_utf8(std::string_view) noexcept;
// The same text with U+FFFD in place of each NUL and of each byte that is not UTF-8.
std::string as_plain_utf8(std::string_view);
inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

// Whether a byte continues a code point instead of beginning one.
constexpr bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

// All three take UTF-8. They count the code points, and give the longest prefix of at most `most` code points
// or of at most `most` bytes that cuts no code point apart.
std::size_t count_code_points(std::string_view utf8) noexcept;
std::string_view first_code_points(std::string_view utf8, std::size_t most) noexcept;
std::string_view first_bytes(std::string_view utf8, std::size_t most) noexcept;

}  // namespace pawl
