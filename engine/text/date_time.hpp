// Moments written as RFC 3339 date-times: read, compared and written. Pure.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

// Equal exactly where two texts name the same moment, and ordered by time: seconds first, then fractions,
// which order as texts do because they have no trailing zeros.
struct instant {
  std::int64_t seconds = 0;   // since 1970-01-01T00:00:00Z, without leap seconds
  std::string_view fraction;  // digits behind the point without trailing zeros; a view into the text

  std::strong_ordering operator<=>(const instant&) const = default;
};

// What an API shows: RFC 3339 section 5.6, with `t`, `z` and a space instead of `T` as its notes allow; an
// offset is required. A leap second (:60) names the second after :59, as it does in Unix time, and may stand
// anywhere. nullopt: not such a date-time.
std::optional<instant> parse_instant(std::string_view) noexcept;

// Where a second 60 is taken.
enum class leap_second : std::uint8_t {
  anywhere,
  at_month_end,  // only where one can be: 23:59:60 UTC at the end of a month (RFC 3339 appendix D)
};
// What people write and an API has to take: the same without the space, for not every API knows it.
bool is_rfc3339(std::string_view, leap_second) noexcept;

// "2026-01-02T03:04:05.678Z"; and without the milliseconds.
std::string rfc3339(std::chrono::sys_time<std::chrono::microseconds>);
std::string rfc3339_to_second(std::chrono::sys_time<std::chrono::microseconds>);
// For people, to the second: "2026-01-02 03:04:05 UTC".
std::string date_and_time(std::chrono::sys_time<std::chrono::microseconds>);
std::string date_and_time(std::chrono::sys_seconds);

}  // namespace pawl
