#include "engine/text/json_number.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/json_unescape.hpp"

#include <charconv>
#include <system_error>

namespace pawl {
namespace {

std::string_view take_digits(std::string_view& rest) noexcept {
  const auto digits = rest.substr(0, leading_digits(rest));
  rest.remove_prefix(digits.size());
  return digits;
}

}  // namespace

bool take_apart(std::string_view rest, json_number& into) noexcept {
  into = {};
  if (rest.starts_with('-')) {
    into.is_negative = true;
    rest.remove_prefix(1);
  }
  into.whole = take_digits(rest);
  if (into.whole.empty() || (into.whole.size() > 1 && into.whole.front() == '0')) return false;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    into.fraction = take_digits(rest);
    if (into.fraction.empty()) return false;
  }
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    if (rest.starts_with('-') || rest.starts_with('+')) {
      into.exponent_is_negative = rest.front() == '-';
      rest.remove_prefix(1);
    }
    into.exponent = take_digits(rest);
    if (into.exponent.empty()) return false;
  }
  return rest.empty();
}

bool is_json_number(std::string_view text) noexcept {
  json_number parts;
  return take_apart(text, parts);
}

bool is_json_integer(std::string_view text) noexcept {
  json_number parts;
  return take_apart(text, parts) && parts.fraction.empty() && parts.exponent.empty();
}

bool append_normal_number(std::string& to, std::string_view number) {
  json_number n;
  if (!take_apart(number, n)) return false;
  // The value is digits * 10^exponent, where the digits have neither leading nor trailing zeros.
  const auto digit_at = [&n](std::size_t i) {
    return i < n.whole.size() ? n.whole[i] : n.fraction[i - n.whole.size()];
  };
  std::size_t begin = 0, end = n.whole.size() + n.fraction.size();
  while (begin < end && digit_at(begin) == '0') ++begin;
  while (end > begin && digit_at(end - 1) == '0') --end;
  if (begin == end) {
    to += '0';  // also for -0 and 0e9
    return true;
  }
  while (n.exponent.size() > 1 && n.exponent.front() == '0') n.exponent.remove_prefix(1);
  if (n.exponent.size() > 17) {
    // The exponent may not fit into 64 bits, and no sensible number has it: such numbers are equal by text
    // only.
    to.append(number);
    return true;
  }
  std::int64_t exponent = 0;
  for (const char c : n.exponent) exponent = exponent * 10 + (c - '0');
  if (n.exponent_is_negative) exponent = -exponent;
  exponent += static_cast<std::int64_t>(n.whole.size()) - static_cast<std::int64_t>(end);

  if (n.is_negative) to += '-';
  for (auto i = begin; i < end; ++i) to += digit_at(i);
  to += 'e';
  char digits[24];
  const auto stop = std::to_chars(digits, digits + sizeof digits, exponent).ptr;
  to.append(digits, static_cast<std::size_t>(stop - digits));
  return true;
}

std::optional<std::uint64_t> whole_number(std::string_view digits) noexcept {
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [at, failed] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || failed != std::errc{} || at != end) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> whole_number_in(std::string_view json) noexcept {
  return whole_number(is_string_token(json) ? json.substr(1, json.size() - 2) : json);
}

}  // namespace pawl
