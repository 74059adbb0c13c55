#include "engine/text/date_time.hpp"

#include "engine/text/ascii.hpp"

#include <fmt/format.h>

namespace pawl {
namespace {

using namespace std::chrono;
using wall_time = sys_time<microseconds>;

bool take_one(std::string_view& rest, std::string_view choices) noexcept {
  if (rest.empty() || choices.find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  return true;
}

// Takes a number of two digits off the front; -1 if there is none or it is above `largest`.
int take_part(std::string_view& rest, int largest) noexcept {
  const int value = take_number(rest, 2);
  return value <= largest ? value : -1;
}

bool can_be_leap(std::int64_t seconds) noexcept {
  const sys_seconds at{std::chrono::seconds{seconds}};
  const auto day = floor<days>(at);
  return at == day && year_month_day{day}.day() == std::chrono::day{1};
}

// `between`: the characters that may separate date and time.
std::optional<instant> read_date_time(std::string_view rest, std::string_view between,
                                      leap_second leap) noexcept {
  const int y = take_number(rest, 4);
  if (y < 0 || !take_one(rest, "-")) return std::nullopt;
  const int mo = take_number(rest, 2);
  if (mo < 0 || !take_one(rest, "-")) return std::nullopt;
  const int d = take_number(rest, 2);
  if (d < 0 || !take_one(rest, between)) return std::nullopt;
  const int h = take_part(rest, 23);
  if (h < 0 || !take_one(rest, ":")) return std::nullopt;
  const int mi = take_part(rest, 59);
  if (mi < 0 || !take_one(rest, ":")) return std::nullopt;
  const int s = take_part(rest, 60);
  if (s < 0) return std::nullopt;

  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;

  instant at;
  if (take_one(rest, ".")) {
    const auto length = leading_digits(rest);
    if (length == 0) return std::nullopt;
    at.fraction = rest.substr(0, length);
    while (at.fraction.ends_with('0')) at.fraction.remove_suffix(1);
    if (at.fraction.empty()) at.fraction = {};
    rest.remove_prefix(length);
  }

  int offset_minutes = 0;
  if (!take_one(rest, "Zz")) {
    const bool west = rest.starts_with('-');
    if (!take_one(rest, "+-")) return std::nullopt;
    const int oh = take_part(rest, 23);
    if (oh < 0 || !take_one(rest, ":")) return std::nullopt;
    const int om = take_part(rest, 59);
    if (om < 0) return std::nullopt;
    offset_minutes = (west ? -1 : 1) * (oh * 60 + om);
  }
  if (!rest.empty()) return std::nullopt;

  at.seconds = std::int64_t{sys_days{date}.time_since_epoch().count()} * 86'400 + h * 3'600 + mi * 60 + s -
               offset_minutes * 60;
  if (s == 60 && leap == leap_second::at_month_end && !can_be_leap(at.seconds)) return std::nullopt;
  return at;
}

// Written without fmt, which throws for some times that are far off.
std::string written(sys_seconds t, char between) {
  const auto midnight = floor<days>(t);
  const year_month_day date{midnight};
  const hh_mm_ss time{t - midnight};
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), between,
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace

std::optional<instant> parse_instant(std::string_view text) noexcept {
  return read_date_time(text, "Tt ", leap_second::anywhere);
}

bool is_rfc3339(std::string_view text, leap_second leap) noexcept {
  return read_date_time(text, "Tt", leap).has_value();
}

std::string rfc3339(wall_time t) {
  const auto ms = floor<milliseconds>(t);
  const auto s = floor<seconds>(ms);
  return fmt::format("{}.{:03}Z", written(s, 'T'), (ms - s).count());
}

std::string rfc3339_to_second(wall_time t) {
  return written(floor<seconds>(t), 'T') + 'Z';
}

std::string date_and_time(sys_seconds t) {
  return written(t, ' ') + " UTC";
}

std::string date_and_time(wall_time t) {
  return date_and_time(floor<seconds>(t));
}

}  // namespace pawl
