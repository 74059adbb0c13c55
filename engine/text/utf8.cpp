#include "engine/text/utf8.hpp"

#include "engine/text/byte_words.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace pawl {

code_point detail::first_long_code_point(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return {};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

unsigned encode_utf8(char32_t point, char (&to)[4]) noexcept {
  const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  const auto next = [&byte](char32_t bits) { return byte(0x80U | (bits & 0x3fU)); };
  if (point < 0x80) {
    to[0] = byte(point);
    return 1;
  }
  if (point < 0x800) {
    to[0] = byte(0xc0U | point >> 6U);
    to[1] = next(point);
    return 2;
  }
  if (point < 0x10000) {
    to[0] = byte(0xe0U | point >> 12U);
    to[1] = next(point >> 6U);
    to[2] = next(point);
    return 3;
  }
  to[0] = byte(0xf0U | point >> 18U);
  to[1] = next(point >> 12U);
  to[2] = next(point >> 6U);
  to[3] = next(point);
  return 4;
}

void append_utf8(std::string& to, char32_t point) {
  char bytes[4];
  to.append(bytes, encode_utf8(point, bytes));
}

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::optional<std::size_t> first_malformed(std::string_view text) noexcept {
  const auto rest = for_each_code_point(text, [](code_point c, std::string_view) { return c.bytes != 0; });
  if (rest.empty()) return std::nullopt;
  return text.size() - rest.size();
}

byte_census take_census(std::string_view text) noexcept {
  std::uint64_t high = 0, zero = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; end - at >= 8; at += 8) {
    const auto word = load_word(at);
    high |= word;
    zero |= zero_bytes(word);
  }
  if (at != end) {
    // The last bytes, filled up with spaces, which are ASCII.
    std::uint64_t word = every_byte(' ');
    std::memcpy(&word, at, static_cast<std::size_t>(end - at));
    high |= word;
    zero |= zero_bytes(word);
  }
  return {zero != 0, (high & every_byte(0x80)) != 0};
}

bool is_plain_utf8(std::string_view text) noexcept {
  const auto census = take_census(text);
  return !census.has_nul && (!census.has_non_ascii || is_utf8(text));
}

std::string as_plain_utf8(std::string_view text) {
  std::string made;
  made.reserve(text.size() + 8);
  for_each_code_point(text, [&made](code_point c, std::string_view bytes) {
    made += c.bytes == 0 || c.value == 0 ? replacement_character : bytes;
    return true;
  });
  return made;
}

std::size_t count_code_points(std::string_view utf8) noexcept {
  return utf8.size() - static_cast<std::size_t>(std::ranges::count_if(utf8, is_continuation));
}

std::string_view first_code_points(std::string_view utf8, std::size_t most) noexcept {
  std::size_t at = 0;
  for (; at < utf8.size(); ++at)
    if (!is_continuation(utf8[at]) && most-- == 0) break;
  return utf8.substr(0, at);
}

std::string_view first_bytes(std::string_view utf8, std::size_t most) noexcept {
  if (utf8.size() <= most) return utf8;
  while (most > 0 && is_continuation(utf8[most])) --most;
  return utf8.substr(0, most);
}

}  // namespace pawl
