#include "engine/text/json_string.hpp"

#include "engine/text/byte_words.hpp"

#include <algorithm>

namespace pawl {
namespace {

bool escaped_in_json(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

}  // namespace

bool needs_json_escape(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint64_t found = 0;
  for (; end - at >= 8; at += 8) found |= json_escaped_bytes(load_word(at));
  if (found != 0) return true;
  return std::any_of(at, end, escaped_in_json);
}

std::size_t json_string_size(std::string_view utf8) noexcept {
  auto size = utf8.size() + 2;
  if (!needs_json_escape(utf8)) return size;
  constexpr std::string_view short_ones = "\b\f\n\r\t\"\\";
  for (const char c : utf8)
    if (escaped_in_json(c)) size += short_ones.find(c) != std::string_view::npos ? 1U : 5U;
  return size;
}

void append_json_string(std::string& to, std::string_view utf8) {
  if (!needs_json_escape(utf8)) {
    (to += '"').append(utf8) += '"';
    return;
  }
  to += '"';
  for (const char c : utf8) {
    if (!escaped_in_json(c)) {
      to += c;
      continue;
    }
    to += '\\';
    switch (c) {
      case '\b':
        to += 'b';
        break;
      case '\f':
        to += 'f';
        break;
      case '\n':
        to += 'n';
        break;
      case '\r':
        to += 'r';
        break;
      case '\t':
        to += 't';
        break;
      case '"':
      case '\\':
        to += c;
        break;
      default: {
        constexpr std::string_view digits = "0123456789abcdef";
        to += "u00";
        to += digits[static_cast<unsigned char>(c) >> 4];
        to += digits[static_cast<unsigned char>(c) & 15];
      }
    }
  }
  to += '"';
}

std::string json_string(std::string_view utf8) {
  std::string text;
  append_json_string(text, utf8);
  return text;
}

}  // namespace pawl
