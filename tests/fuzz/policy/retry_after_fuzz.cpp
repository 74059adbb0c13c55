#include "tests/fuzz/policy/retry_after_fuzz.hpp"

#include "engine/policy/rate_headers.hpp"
#include "engine/text/http_date.hpp"
#include "tests/fuzz/promise.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace pawl::policy::fuzzing {
namespace {

using namespace std::chrono;
using pawl::fuzzing::promise;

constexpr hours longest{24 * 366};

std::string imf_fixdate(wall_time at) {
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = floor<std::chrono::days>(at);
  const year_month_day date{midnight};
  const hh_mm_ss time{floor<seconds>(at - midnight)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                days[weekday{midnight}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

void check_wait(std::string_view text, wall_time now) {
  const auto wait = parse_retry_after(text, now);
  const auto padded = " \t" + std::string{text} + " ";
  promise(parse_retry_after(padded, now) == wait, "blanks around a Retry-After change it");
  promise(parse_rate_reset(text, now).has_value() == wait.has_value(), "a wait and a reset read differently");
  if (!wait) return;
  promise(*wait >= duration::zero() && *wait <= longest, "a wait below zero or over a year");
  const auto later = parse_retry_after(text, now + minutes{10});
  promise(later && *later <= *wait, "asked later, the wait is longer");
}

}  // namespace

void read_waits(std::string_view text) {
  for (const std::int64_t now : {0LL, 784'111'777LL, 1'800'000'000LL, 32'503'680'000LL})
    check_wait(text, wall_time{seconds{now}});
  const auto date = parse_http_date(text);
  if (!date) return;
  promise(*date == floor<seconds>(*date), "a date with a part of a second");
  if (year_month_day{floor<std::chrono::days>(*date)}.year() > year{9999})
    return;  // a leap second at its very end
  const auto written = imf_fixdate(*date);
  promise(parse_http_date(written) == date, "a date does not survive being written");
  promise(parse_retry_after(written, *date - minutes{1}) == minutes{1},
          "a date in a minute is no wait of one");
}

}  // namespace pawl::policy::fuzzing
