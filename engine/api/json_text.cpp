#include "engine/api/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

namespace pawl::api {
namespace {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Four hex digits, or -1.
int hex4(const char* at, const char* end) noexcept {
  if (end - at < 4) return -1;
  unsigned unit = 0;
  const auto [stop, error] = std::from_chars(at, at + 4, unit, 16);
  return error == std::errc{} && stop == at + 4 ? static_cast<int>(unit) : -1;
}

unsigned encode_utf8(std::uint32_t point, char* to) noexcept {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (point < 0x80) {
    to[0] = byte(point);
    return 1;
  }
  if (point < 0x800) {
    to[0] = byte(0xc0U | (point >> 6U));
    to[1] = byte(0x80U | (point & 0x3fU));
    return 2;
  }
  if (point < 0x10000) {
    to[0] = byte(0xe0U | (point >> 12U));
    to[1] = byte(0x80U | ((point >> 6U) & 0x3fU));
    to[2] = byte(0x80U | (point & 0x3fU));
    return 3;
  }
  to[0] = byte(0xf0U | (point >> 18U));
  to[1] = byte(0x80U | ((point >> 12U) & 0x3fU));
  to[2] = byte(0x80U | ((point >> 6U) & 0x3fU));
  to[3] = byte(0x80U | (point & 0x3fU));
  return 4;
}

// The length of the string token that `text` begins with; 0: it does not end.
std::size_t string_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  // Few strings have escapes: up to the first quote the library looks with wide registers.
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

void append_canonical_text(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

class canonical_writer {
 public:
  canonical_writer(std::string& to, std::string_view json) : to_(to), rest_(json) {}

  bool whole() {
    if (!value(0)) return false;
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() noexcept {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  bool take(char c) noexcept {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    to_.append(text);
    return true;
  }
  // Appends the text of the string at the front, without quotes and escapes.
  bool text(std::string& into) {
    const auto length = string_length(rest_);
    if (length == 0 || !append_unescaped(into, rest_.substr(0, length))) return false;
    rest_.remove_prefix(length);
    return true;
  }

  bool value(unsigned depth) {
    skip_space();
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '{':
        return depth < max_json_depth && object(depth + 1);
      case '[':
        return depth < max_json_depth && array(depth + 1);
      case '"': {
        std::string plain;
        if (!text(plain)) return false;
        append_canonical_text(to_, plain);
        return true;
      }
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        break;
    }
    const auto end = std::ranges::find_if(rest_, [](char c) {
      return !is_digit(c) && std::string_view{"+-.eE"}.find(c) == std::string_view::npos;
    });
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    const auto number = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return append_canonical_number(to_, number);
  }

  bool array(unsigned depth) {
    take('[');
    to_ += '[';
    if (!take(']')) {
      do {
        if (!value(depth)) return false;
        to_ += ',';
      } while (take(','));
      if (!take(']')) return false;
    }
    to_ += ']';
    return true;
  }

  bool object(unsigned depth) {
    take('{');
    // Each member is written where it comes, then the pieces are put in order.
    struct member {
      std::string name, json;
    };
    std::vector<member> members;
    if (!take('}')) {
      do {
        member m;
        skip_space();
        if (rest_.empty() || rest_.front() != '"' || !text(m.name) || !take(':')) return false;
        canonical_writer inner(m.json, rest_);
        if (!inner.value(depth)) return false;
        rest_ = inner.rest_;
        members.push_back(std::move(m));
      } while (take(','));
      if (!take('}')) return false;
    }
    std::ranges::sort(members, {}, &member::name);
    if (std::ranges::adjacent_find(members, {}, &member::name) != members.end()) return false;
    to_ += '{';
    for (const auto& m : members) {
      append_canonical_text(to_, m.name);
      to_ += ':';
      to_ += m.json;
      to_ += ',';
    }
    to_ += '}';
    return true;
  }

  std::string& to_;
  std::string_view rest_;
};

}  // namespace

std::string_view trim_json_space(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_string_token(std::string_view text) noexcept {
  return text.size() >= 2 && text.front() == '"' && string_length(text) == text.size();
}

bool unescaped_bytes::next(char& byte) noexcept {
  if (pending_at_ < pending_size_) {
    byte = pending_[pending_at_++];
    return true;
  }
  if (at_ == end_ || malformed_) return false;
  if (*at_ != '\\') {
    byte = *at_++;
    return true;
  }
  if (!unescape()) {
    malformed_ = true;
    return false;
  }
  byte = pending_[0];
  pending_at_ = 1;
  return true;
}

bool unescaped_bytes::unescape() noexcept {
  if (end_ - at_ < 2) return false;
  const char kind = at_[1];
  at_ += 2;
  const auto one = [this](char c) {
    pending_[0] = c;
    pending_size_ = 1;
    return true;
  };
  switch (kind) {
    case '"':
    case '\\':
    case '/':
      return one(kind);
    case 'b':
      return one('\b');
    case 'f':
      return one('\f');
    case 'n':
      return one('\n');
    case 'r':
      return one('\r');
    case 't':
      return one('\t');
    case 'u':
      break;
    default:
      return false;
  }
  const int unit = hex4(at_, end_);
  if (unit < 0) return false;
  at_ += 4;
  auto point = static_cast<std::uint32_t>(unit);
  if (point >= 0xd800 && point < 0xdc00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
    const int low = hex4(at_ + 2, end_);
    if (low >= 0xdc00 && low < 0xe000) {
      point = 0x10000U + ((point - 0xd800U) << 10U) + (static_cast<std::uint32_t>(low) - 0xdc00U);
      at_ += 6;
    }
  }
  pending_size_ = encode_utf8(point, pending_);
  return true;
}

bool append_unescaped(std::string& to, std::string_view token) {
  if (token.size() < 2) return false;
  const auto inner = token.substr(1, token.size() - 2);
  if (inner.find('\\') == std::string_view::npos) {
    to.append(inner);
    return true;
  }
  unescaped_bytes bytes(inner);
  for (char c{}; bytes.next(c);) to += c;
  return !bytes.malformed();
}

bool string_token_says(std::string_view token, std::string_view plain) noexcept {
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return false;
  const auto inner = token.substr(1, token.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return inner == plain;
  unescaped_bytes bytes(inner);
  std::size_t at = 0;
  for (char c{}; bytes.next(c); ++at)
    if (at == plain.size() || plain[at] != c) return false;
  return !bytes.malformed() && at == plain.size();
}

bool take_value(std::string_view& rest, std::string_view& value) noexcept {
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  if (rest.empty()) return false;
  std::size_t length = 0;
  if (rest.front() == '"') {
    length = string_length(rest);
  } else if (rest.front() == '{' || rest.front() == '[') {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const char c = rest[i];
      if (c == '"') {
        const auto skipped = string_length(rest.substr(i));
        if (skipped == 0) return false;
        i += skipped - 1;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        length = i + 1;
        break;
      }
    }
  } else {
    length = std::min(rest.find_first_of(",]}: \n\r\t"), rest.size());
  }
  if (length == 0) return false;
  value = rest.substr(0, length);
  rest.remove_prefix(length);
  return true;
}

bool append_canonical_number(std::string& to, std::string_view number) {
  // RFC 8259 section 6: [-] int [frac] [exp], no leading zero.
  bool negative = false;
  auto rest = number;
  if (rest.starts_with('-')) {
    negative = true;
    rest.remove_prefix(1);
  }
  const auto take_digits = [&rest] {
    const auto length = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin());
    const auto digits = rest.substr(0, length);
    rest.remove_prefix(length);
    return digits;
  };
  const auto whole = take_digits();
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return false;
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits();
    if (fraction.empty()) return false;
  }
  bool tiny = false;
  std::string_view exponent_digits;
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    if (rest.starts_with('-') || rest.starts_with('+')) {
      tiny = rest.front() == '-';
      rest.remove_prefix(1);
    }
    exponent_digits = take_digits();
    if (exponent_digits.empty()) return false;
  }
  if (!rest.empty()) return false;

  // The value is digits * 10^exponent, with neither leading nor trailing zeros in the digits.
  const auto digit_at = [&](std::size_t i) {
    return i < whole.size() ? whole[i] : fraction[i - whole.size()];
  };
  std::size_t begin = 0, end = whole.size() + fraction.size();
  while (begin < end && digit_at(begin) == '0') ++begin;
  while (end > begin && digit_at(end - 1) == '0') --end;
  if (begin == end) {
    to += '0';  // -0 and 0e9 too
    return true;
  }
  while (exponent_digits.size() > 1 && exponent_digits.front() == '0') exponent_digits.remove_prefix(1);
  if (exponent_digits.size() > 17) {
    // Beyond what an exponent can sensibly be, and beyond 64 bits: equal by text only.
    to.append(number);
    return true;
  }
  std::int64_t exponent = 0;
  for (const char c : exponent_digits) exponent = exponent * 10 + (c - '0');
  if (tiny) exponent = -exponent;
  exponent += static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(end);

  if (negative) to += '-';
  for (auto i = begin; i < end; ++i) to += digit_at(i);
  to += 'e';
  char digits[24];
  const auto stop = std::to_chars(digits, digits + sizeof digits, exponent).ptr;
  to.append(digits, static_cast<std::size_t>(stop - digits));
  return true;
}

bool append_canonical(std::string& to, std::string_view json) {
  return canonical_writer(to, json).whole();
}

}  // namespace pawl::api
