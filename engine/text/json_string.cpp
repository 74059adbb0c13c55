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

void append_json_escape(std::string& to, char32_t c) {
  to += '\\';
  switch (c) {
    case '\b':
      to += 'b';
      return;
    case '\f':
      to += 'f';
      return;
    case '\n':
      to += 'n';
      return;
    case '\r':
      to += 'r';
      return;
    case '\t':
      to += 't';
      return;
    case '"':
    case '\\':
      to += static_cast<char>(c);
      return;
    default:
      to += 'u';
      for (const unsigned shift : {12U, 8U, 4U, 0U}) to += "0123456789abcdef"[c >> shift & 15U];
  }
}

void append_json_string(std::string& to, std::string_view utf8) {
  to += '"';
  if (!needs_json_escape(utf8)) {
    to += utf8;
  } else {
    for (const char c : utf8)
      if (escaped_in_json(c))
        append_json_escape(to, static_cast<unsigned char>(c));
      else
        to += c;
  }
  to += '"';
}

std::string json_string(std::string_view utf8) {
  std::string text;
  append_json_string(text, utf8);
  return text;
}

void append_comma(std::string& to) {
  if (!to.ends_with('{') && !to.ends_with('[')) to += ',';
}

}  // namespace pawl
