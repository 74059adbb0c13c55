#include "engine/text/epoch_time.hpp"

#include "engine/text/date_time.hpp"
#include "engine/text/json_number.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>

namespace pawl {
namespace {

constexpr std::size_t most_fraction = 60;
constexpr std::int64_t first_second = -62'167'219'200, last_second = 253'402'300'799;  // years 0000 to 9999

// A second has this many digits more in the unit.
constexpr std::size_t digits_of(epoch_unit unit) noexcept {
  return unit == epoch_unit::second ? 0 : 3;
}

// 1 - 0.fraction, of which the last digit is not 0.
std::string complement(std::string_view fraction) {
  std::string rest;
  for (const char c : fraction) rest += static_cast<char>('0' + ('9' - c));
  if (!rest.empty()) ++rest.back();
  return rest;
}

}  // namespace

bool append_epoch(std::string& to, std::string_view date_time, epoch_unit unit) {
  const auto at = parse_instant(date_time);
  if (!at) return false;
  // Before 1970 the fraction counts upwards from the second below: -2 s and 0.5 s are -1.5 s.
  const bool is_before = at->seconds < 0;
  std::string fraction{at->fraction};
  auto seconds = at->seconds;
  if (is_before) {
    seconds = -seconds - (fraction.empty() ? 0 : 1);
    fraction = complement(fraction);
  }
  auto whole = std::to_string(seconds);
  const auto shift = digits_of(unit);
  if (fraction.size() < shift) fraction.append(shift - fraction.size(), '0');
  whole.append(fraction, 0, shift);
  fraction.erase(0, shift);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  if (is_before) to += '-';
  to += whole;
  if (!fraction.empty()) to.append(1, '.').append(fraction);
  return true;
}

bool append_date_time(std::string& to, std::string_view number, epoch_unit unit) {
  json_number n;
  if (!take_apart(number, n)) return false;
  std::int64_t exponent = 0;
  if (!n.exponent.empty()) {
    const auto* end = n.exponent.data() + n.exponent.size();
    if (std::from_chars(n.exponent.data(), end, exponent).ec != std::errc{} || exponent > 10'000)
      return false;  // chosen: no clock writes such a number
    if (n.exponent_is_negative) exponent = -exponent;
  }
  std::string digits{n.whole};
  digits += n.fraction;
  // Where the point stands in the digits, for seconds.
  auto point =
      static_cast<std::int64_t>(n.whole.size()) + exponent - static_cast<std::int64_t>(digits_of(unit));
  const auto zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, zeros);
  point -= static_cast<std::int64_t>(zeros);
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.empty()) point = 0;
  constexpr std::int64_t most_whole = 12;  // digits of last_second
  if (point > most_whole || point < -static_cast<std::int64_t>(most_fraction)) return false;
  if (point < 0) {
    digits.insert(0, static_cast<std::size_t>(-point), '0');
    point = 0;
  }
  const auto size = static_cast<std::size_t>(point);
  if (digits.size() < size) digits.append(size - digits.size(), '0');
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < size; ++i) seconds = seconds * 10 + (digits[i] - '0');
  auto fraction = digits.substr(size);
  if (fraction.size() > most_fraction) return false;
  if (n.is_negative) {
    seconds = -seconds - (fraction.empty() ? 0 : 1);
    fraction = complement(fraction);
  }
  if (seconds < first_second || seconds > last_second) return false;
  auto text = rfc3339_to_second(std::chrono::sys_seconds{std::chrono::seconds{seconds}});
  if (!fraction.empty()) text.insert(text.size() - 1, '.' + fraction);
  to += text;
  return true;
}

}  // namespace pawl
