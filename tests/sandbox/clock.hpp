// Time in the sandbox: one monotonic clock that counts microseconds since the Unix epoch, and the texts of
// times and durations on the wire and on the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

// Microseconds since the Unix epoch.
using time_us = std::int64_t;
// Stands for JSON null wherever a time may be absent.
inline constexpr time_us no_time = std::numeric_limits<time_us>::min();
inline constexpr time_us one_second = 1'000'000;

// Wall-clock time that never steps back: the system clock is read once, then the steady clock carries on.
class monotonic_clock {
 public:
  monotonic_clock();
  time_us now() const;

 private:
  time_us wall_at_start_;
  std::chrono::steady_clock::time_point start_;
};

// `2026-11-23T16:38:11.123Z`; finer parts are cut off. no_time becomes `null`; any other time gets quotes.
void append_json_time(std::string& out, time_us);

// RFC 3339 date-time with offset or Z and up to nine digits of a second; a leap second counts as :59.
std::optional<time_us> parse_rfc3339(std::string_view);

// `Mon, 23 Nov 2026 16:38:11 GMT` (RFC 9110, IMF-fixdate).
std::string http_date(time_us);

// `250us`, `80ms`, `10s`, `2m`, `1h`; also `s`, `sec`, `min` without a number, which mean one of the unit.
std::optional<std::chrono::microseconds> parse_duration(std::string_view);

}  // namespace sandbox
