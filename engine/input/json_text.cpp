#include "engine/input/json_text.hpp"

#include "engine/text/byte_words.hpp"

#include <algorithm>
#include <bit>

namespace pawl::input {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// Where the integer part ends; 0 if there is none.
std::size_t integer_part(std::string_view text) noexcept {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  const auto end = skip_digits(text, start);
  if (end == start || (text[start] == '0' && end > start + 1)) return 0;
  return end;
}

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Of the four characters at `at`, or -1.
int hex4(std::string_view text, std::size_t at) noexcept {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int d = hex_digit(text[i]);
    if (d < 0) return -1;
    value = value * 16 + d;
  }
  return value;
}

void append_utf8(std::string& to, std::uint32_t c) {
  const auto put = [&to](std::uint32_t byte) { to += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

}  // namespace

const char* unescape_json(std::string_view inside, std::string& to) {
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      to += inside[i];
      continue;
    }
    if (++i == inside.size()) return "a string ends in a backslash";
    switch (inside[i]) {
      case '"':
      case '\\':
      case '/':
        to += inside[i];
        break;
      case 'b':
        to += '\b';
        break;
      case 'f':
        to += '\f';
        break;
      case 'n':
        to += '\n';
        break;
      case 'r':
        to += '\r';
        break;
      case 't':
        to += '\t';
        break;
      case 'u': {
        const int unit = hex4(inside, i + 1);
        if (unit < 0) return "\\u is not followed by four hexadecimal digits";
        i += 4;
        auto c = static_cast<std::uint32_t>(unit);
        if (c >= 0xdc00 && c <= 0xdfff) return "a low surrogate stands without its high one";
        if (c >= 0xd800 && c <= 0xdbff) {
          const int low =
              inside.substr(i + 1, 2) == "\\u" ? hex4(inside, i + 3) : -1;  // substr: i < size() here
          if (low < 0xdc00 || low > 0xdfff) return "a high surrogate stands without its low one";
          c = 0x10000 + ((c - 0xd800) << 10) + (static_cast<std::uint32_t>(low) - 0xdc00);
          i += 6;
        }
        append_utf8(to, c);
        break;
      }
      default:
        return "a backslash is followed by a character that it cannot escape";
    }
  }
  return nullptr;
}

const char* closing_quote(const char* at, const char* end, bool& escaped) noexcept {
  for (; end - at >= 8; at += 8) {
    const auto word = load_word(at);
    const auto backslash = zero_bytes(word ^ every_byte('\\'));
    const auto quote = zero_bytes(word ^ every_byte('"'));
    if (quote != 0 && backslash == 0) return at + std::countr_zero(quote) / 8;
    if (backslash != 0) break;
  }
  for (;; ++at) {
    if (*at == '"') return at;
    if (*at == '\\') {
      escaped = true;
      ++at;
    }
  }
}

json_kind kind_of(std::string_view canonical) noexcept {
  switch (canonical.front()) {
    case 'n':
      return json_kind::null;
    case 't':
    case 'f':
      return json_kind::boolean;
    case '"':
      return json_kind::string;
    case '[':
      return json_kind::array;
    case '{':
      return json_kind::object;
    default:
      return json_kind::number;
  }
}

bool is_json_integer(std::string_view text) noexcept {
  const auto end = integer_part(text);
  return end != 0 && end == text.size();
}

bool is_json_number(std::string_view text) noexcept {
  auto at = integer_part(text);
  if (at == 0) return false;
  if (at < text.size() && text[at] == '.') {
    const auto end = skip_digits(text, at + 1);
    if (end == at + 1) return false;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const auto end = skip_digits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

std::size_t count_string_characters(std::string_view canonical) noexcept {
  const auto inside = canonical.substr(1, canonical.size() - 2);
  std::size_t count = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\') i += inside[i + 1] == 'u' ? 5 : 1;
    count += (static_cast<unsigned char>(inside[i]) & 0xc0) != 0x80;
  }
  return count;
}

std::string_view string_content(std::string_view canonical, byte_arena& arena) {
  const auto inside = canonical.substr(1, canonical.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside;
  std::string text;
  unescape_json(inside, text);  // canonical, so it cannot fail
  return arena.copy(text);
}

json_items::json_items(std::string_view container) noexcept
    : rest_(container.substr(1, container.size() - 2)), object_(container.front() == '{') {}

bool json_items::next(std::string_view& key, json_value& value) noexcept {
  if (rest_.empty()) return false;
  const auto string_end = [this](std::size_t from) {
    bool escaped = false;
    return static_cast<std::size_t>(
               closing_quote(rest_.data() + from + 1, rest_.data() + rest_.size(), escaped) - rest_.data()) +
           1;
  };
  std::size_t at = 0;
  key = {};
  if (object_) {
    at = string_end(0);
    key = rest_.substr(0, at);
    ++at;  // the colon
  }
  const auto start = at;
  if (rest_[at] == '"') {
    at = string_end(at);
  } else {
    for (int depth = 0; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '"')
        at = string_end(at) - 1;
      else if (c == '[' || c == '{')
        ++depth;
      else if (c == ']' || c == '}')
        --depth;
      else if (c == ',' && depth == 0)
        break;
    }
  }
  value.text = rest_.substr(start, at - start);
  value.kind = kind_of(value.text);
  rest_.remove_prefix(std::min(at + 1, rest_.size()));
  return true;
}

}  // namespace pawl::input
