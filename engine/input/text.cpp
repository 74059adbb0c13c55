#include "engine/input/text.hpp"

#include "engine/text/byte_words.hpp"
#include "engine/text/printable.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace pawl::input {

namespace {

// Up to `limit` characters of it; what acts on a terminal or shows nothing as an escape.
std::string visible(std::string_view utf8, std::size_t limit) {
  std::string text;
  for (std::size_t count = 0; !utf8.empty(); ++count) {
    if (count == limit) return text += "...";
    const auto c = first_code_point(utf8);
    const auto size = std::max<std::size_t>(1, c.bytes);
    if (c.bytes == 0 || is_control(c.value) || is_invisible(c.value))
      append_escaped(text, c, utf8.front());
    else
      text += utf8.substr(0, size);
    utf8.remove_prefix(size);
  }
  return text;
}

constexpr std::size_t shown_characters = 60;  // chosen: fits a terminal line beside the place

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
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
    // The rest, filled up with a harmless byte.
    std::uint64_t word = every_byte(' ');
    std::memcpy(&word, at, static_cast<std::size_t>(end - at));
    high |= word;
    zero |= zero_bytes(word);
  }
  return {zero != 0, (high & every_byte(0x80)) != 0};
}

std::size_t count_code_points(std::string_view utf8) noexcept {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

std::string_view json_string(std::string_view utf8, byte_arena& arena) {
  if (needs_json_escape(utf8)) {
    std::string text;
    append_json_string(text, utf8);
    return arena.copy(text);
  }
  char* at = arena.allocate(utf8.size() + 2);
  at[0] = '"';
  if (!utf8.empty()) std::memcpy(at + 1, utf8.data(), utf8.size());
  at[utf8.size() + 1] = '"';
  return {at, utf8.size() + 2};
}

std::string shown(std::string_view utf8) {
  return '"' + visible(utf8, shown_characters) + '"';
}

std::string shown_json(std::string_view json) {
  return visible(json, shown_characters);
}

}  // namespace pawl::input
