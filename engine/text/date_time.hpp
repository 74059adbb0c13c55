// Reads, compares and writes moments as RFC 3339 date-times. Pure.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

// Two instants are equal exactly where their texts name the same moment, and they are ordered by time: by
// seconds, then by fraction. Fractions order as texts do, because they have no trailing zeros.
struct instant {
  std::int64_t seconds = 0;   // since 1970-01-01T00:00:00Z, without leap seconds
  std::string_view fraction;  // digits behind the point without trailing zeros; a view into the text

  std::strong_ordering operator<=>(const instant&) const = default;
};

// Reads what an API shows: RFC 3339 section 5.6, with `t`, `z` and a space instead of `T` as its notes allow;
// an offset is required. A leap second (:60) names the second after :59, as it does in Unix time, and is
// taken at any time of day. nullopt: the text is no such date-time.
std::optional<instant> parse_instant(std::string_view) noexcept;

// Where a leap second (:60) is accepted.
enum class leap_second : std::uint8_t {
  anywhere,
  at_month_end,  // only where one can be: 23:59:60 UTC at the end of a month (RFC 3339 appendix D)
};
// Checks what people write and pawl sends on. A space between date and time is not accepted, because not
// every API knows it.
bool is_rfc3339(std::string_view, leap_second) noexcept;

// Both write UTC: "2026-01-02T03:04:05.678Z", and "2026-01-02T03:04:05Z".
std::string rfc3339(std::chrono::sys_time<std::chrono::microseconds>);
std::string rfc3339_to_second(std::chrono::sys_time<std::chrono::microseconds>);
// For people, to the second: "2026-01-02 03:04:05 UTC".
std::string date_and_time(std::chrono::sys_time<std::chrono::microseconds>);
std::string date_and_time(std::chrono::sys_seconds);

}  // namespace pawl
