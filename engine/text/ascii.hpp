// Classes of ASCII characters. Unlike those of <cctype>, they do not depend on the locale.
#pragma once

#include <cstddef>
#include <string_view>

namespace pawl {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The value of a hexadecimal digit of either case; -1 for any other character.
constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// How many digits the text begins with.
constexpr std::size_t leading_digits(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

// Takes a number of exactly `count` digits (nine at most) off the front; -1 if `rest` does not begin with so
// many.
constexpr int take_number(std::string_view& rest, std::size_t count) noexcept {
  const auto digits = rest.substr(0, count);
  if (leading_digits(digits) != count) return -1;
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  rest.remove_prefix(count);
  return value;
}

}  // namespace pawl
