#include "engine/input/timestamp.hpp"

#include <chrono>
#include <cstddef>

namespace pawl::input {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// The number of `count` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

bool is_rfc3339(std::string_view text) noexcept {
  namespace chrono = std::chrono;
  // 2026-05-01T09:00:00Z
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':')
    return false;
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  const chrono::year_month_day date{chrono::year{year}, chrono::month{static_cast<unsigned>(month)},
                                    chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;

  std::size_t at = 19;
  if (text[at] == '.') {
    const auto fraction = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == fraction) return false;
  }
  if (at == text.size()) return false;
  int offset_minutes = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    ++at;
  } else if (text[at] == '+' || text[at] == '-') {
    const int hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || text[at + 3] != ':') return false;
    offset_minutes = (hours * 60 + minutes) * (text[at] == '-' ? -1 : 1);
    at += 6;
  }
  if (at != text.size()) return false;
  if (second < 60) return true;
  const auto utc = chrono::sys_days{date} + chrono::minutes{hour * 60 + minute - offset_minutes};
  const auto next = utc + chrono::minutes{1};
  return next == chrono::floor<chrono::days>(next) &&
         chrono::year_month_day{chrono::floor<chrono::days>(next)}.day() == chrono::day{1};
}

}  // namespace pawl::input
