#include "engine/policy/write_hours.hpp"

#include "engine/model/option.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace pawl::policy {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr minutes no_time{-1};

// "22:00", "8:30"; no_time if it is no time of day.
minutes parse_time_of_day(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || text.size() != colon + 3) return no_time;
  const auto number = [](std::string_view digits) {
    int n = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    return error != std::errc{} || end != digits.data() + digits.size() ? -1 : n;
  };
  const int hour = number(text.substr(0, colon)), minute = number(text.substr(colon + 1));
  if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > 24 * 60) return no_time;
  return minutes{hour * 60 + minute};
}

std::string time_in_words(minutes of_day) {
  return fmt::format("{:02}:{:02}", of_day.count() / 60, of_day.count() % 60);
}

// Farther apart than any two hours of one place ever were; chosen.
constexpr int most_days_ahead = 8;
// Two a day, of some 27 years: an absurd amount of work ends too; chosen.
constexpr int most_changes = 20'000;

}  // namespace

expected<day_hours> parse_day_hours(std::string_view text) {
  const auto dash = text.find('-');
  const auto from = parse_time_of_day(text.substr(0, dash));
  const auto to = dash == std::string_view::npos ? no_time : parse_time_of_day(text.substr(dash + 1));
  constexpr const char* remedy = "write it as 22:00-06:00";
  if (from == no_time || to == no_time || from == days{1})
    return failure{failure_kind::usage, "", fmt::format("\"{}\" are no hours of a day", text), remedy};
  if (from == to || (from == minutes{0} && to == days{1}))
    return failure{failure_kind::usage, "", fmt::format("\"{}\" is never or always", text),
                   "leave it out if any hour will do"};
  return day_hours{from, to};
}

write_hours::state write_hours::at(wall_time now) const {
  const auto today = std::chrono::floor<days>(zone_.shown_at(now));
  // The hours that began yesterday may not be over yet.
  for (int ahead = -1; ahead <= most_days_ahead; ++ahead) {
    const auto day = today + days{ahead};
    const auto opens = zone_.moment_of(day + hours_.from, time_zone::turn::second);
    const auto end_day = hours_.to <= hours_.from ? day + days{1} : day;
    const auto closes = zone_.moment_of(end_day + hours_.to, time_zone::turn::first);
    if (opens >= closes || closes <= now) continue;
    return opens <= now ? state{true, closes} : state{false, opens};
  }
  return {false, now + days{most_days_ahead}};
}

wall_time write_hours::end_of(duration work, wall_time now) const {
  for (int changes = 0; changes < most_changes; ++changes) {
    const auto is = at(now);
    if (is.is_open) {
      const duration open = is.until - now;
      if (work <= open) return now + std::chrono::ceil<wall_time::duration>(work);
      work -= open;
    }
    now = is.until;
  }
  return now;
}

std::optional<stop_order> outside_hours(const write_hours& hours, wall_time now, time_point monotonic_now) {
  const auto is = hours.at(now);
  if (is.is_open) return std::nullopt;
  return stop_order{"outside_hours",
                    {failure_kind::later, to_string(option::between),
                     fmt::format("writes leave {}, and the next hours begin at {}", hours.in_words(),
                                 date_and_time(is.until)),
                     ""},
                    monotonic_now + (is.until - now)};
}

std::string write_hours::in_words() const {
  return fmt::format("{}-{} ({})", time_in_words(hours_.from), time_in_words(hours_.to), zone_.name());
}

}  // namespace pawl::policy
