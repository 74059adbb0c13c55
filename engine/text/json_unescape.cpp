#include "engine/text/json_unescape.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/utf8.hpp"

namespace pawl {
namespace {

// The value of the four hexadecimal digits at the front; -1: there are none.
int hex4(std::string_view text) noexcept {
  if (text.size() < 4) return -1;
  int unit = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = hex_value(c);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

std::string_view inner_of(std::string_view token) noexcept {
  return token.substr(1, token.size() - 2);
}

template <class Stops>
escape_flaw append_text(std::string& to, std::string_view inner, Stops stops) {
  for (;;) {
    const auto at = inner.find('\\');
    to.append(inner.substr(0, at));
    if (at == std::string_view::npos) return escape_flaw::none;
    inner.remove_prefix(at);
    const auto e = first_escape(inner);
    if (stops(e)) return e.flaw;
    append_utf8(to, e.value);
    inner.remove_prefix(e.size);
  }
}

}  // namespace

std::size_t string_token_size(std::string_view text) noexcept {
  if (text.empty() || text.front() != '"') return 0;
  // Few strings have escapes, so the library searches for the first quote with wide registers.
  const auto quote = text.find('"', 1);
  if (quote == std::string_view::npos) return 0;
  auto i = text.substr(1, quote - 1).find('\\');
  if (i == std::string_view::npos) return quote + 1;
  for (i += 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

bool is_string_token(std::string_view text) noexcept {
  return text.size() >= 2 && string_token_size(text) == text.size();
}

std::string_view to_string(escape_flaw flaw) noexcept {
  switch (flaw) {
    case escape_flaw::cut_off:
      return "a string ends in a backslash";
    case escape_flaw::unknown:
      return "a backslash is followed by a character that it cannot escape";
    case escape_flaw::bad_digits:
      return "\\u is not followed by four hexadecimal digits";
    case escape_flaw::lone_low:
      return "a low surrogate stands without its high one";
    case escape_flaw::lone_high:
      return "a high surrogate stands without its low one";
    case escape_flaw::none:
      break;
  }
  return {};
}

json_escape first_escape(std::string_view text) noexcept {
  if (text.size() < 2) return {0, 0, escape_flaw::cut_off};
  switch (text[1]) {
    case '"':
    case '\\':
    case '/':
      return {static_cast<unsigned char>(text[1]), 2};
    case 'b':
      return {'\b', 2};
    case 'f':
      return {'\f', 2};
    case 'n':
      return {'\n', 2};
    case 'r':
      return {'\r', 2};
    case 't':
      return {'\t', 2};
    case 'u':
      break;
    default:
      return {0, 0, escape_flaw::unknown};
  }
  const int unit = hex4(text.substr(2));
  if (unit < 0) return {0, 0, escape_flaw::bad_digits};
  const auto value = static_cast<char32_t>(unit);
  if (value < 0xd800 || value > 0xdfff) return {value, 6};
  if (value >= 0xdc00) return {value, 6, escape_flaw::lone_low};
  const int low = text.substr(6, 2) == "\\u" ? hex4(text.substr(8)) : -1;
  if (low < 0xdc00 || low > 0xdfff) return {value, 6, escape_flaw::lone_high};
  return {0x10000 + ((value - 0xd800) << 10) + (static_cast<char32_t>(low) - 0xdc00), 12};
}

escape_flaw append_strictly_unescaped(std::string& to, std::string_view inner) {
  return append_text(to, inner, [](const json_escape& e) { return e.flaw != escape_flaw::none; });
}

std::optional<std::string> text_of_token(std::string_view token) {
  std::string text;
  if (!is_string_token(token) || append_strictly_unescaped(text, inner_of(token)) != escape_flaw::none ||
      text.find('\0') != std::string::npos)
    return std::nullopt;
  return text;
}

std::optional<std::string> plain_text(std::string_view token) {
  if (!is_string_token(token)) return std::string{token};
  std::string text;
  if (!append_unescaped(text, token)) return std::nullopt;
  return text;
}

std::size_t count_string_characters(std::string_view token) noexcept {
  const auto inner = inner_of(token);
  std::size_t count = 0;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\') i += inner[i + 1] == 'u' ? 5 : 1;
    count += !is_continuation(inner[i]);
  }
  return count;
}

bool append_unescaped(std::string& to, std::string_view token) {
  if (token.size() < 2) return false;
  return append_text(to, inner_of(token), [](const json_escape& e) { return e.size == 0; }) ==
         escape_flaw::none;
}

bool string_token_says(std::string_view token, std::string_view plain) noexcept {
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return false;
  const auto inner = inner_of(token);
  if (inner.find('\\') == std::string_view::npos) return inner == plain;
  unescaped_bytes bytes(inner);
  std::size_t at = 0;
  for (char c{}; bytes.next(c); ++at)
    if (at == plain.size() || plain[at] != c) return false;
  return !bytes.malformed() && at == plain.size();
}

bool unescaped_bytes::next(char& byte) noexcept {
  if (pending_at_ < pending_size_) {
    byte = pending_[pending_at_++];
    return true;
  }
  if (rest_.empty() || malformed_) return false;
  if (rest_.front() != '\\') {
    byte = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  const auto e = first_escape(rest_);
  if (e.size == 0) {
    malformed_ = true;
    return false;
  }
  rest_.remove_prefix(e.size);
  pending_size_ = encode_utf8(e.value, pending_);
  byte = pending_[0];
  pending_at_ = 1;
  return true;
}

}  // namespace pawl
