// Moments written as RFC 3339 date-times, to be compared: offsets and fractions may differ in writing.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::api {

// Equal exactly where two texts name the same moment, and ordered by time: seconds first, then fractions,
// which order as texts do because they have no trailing zeros.
struct instant {
  std::int64_t seconds = 0;   // since 1970-01-01T00:00:00Z, without leap seconds
  std::string_view fraction;  // digits behind the point without trailing zeros; a view into the text

  std::strong_ordering operator<=>(const instant&) const = default;
};

// RFC 3339 section 5.6, with `t`, `z` and a space instead of `T` as its notes allow; an offset is required. A
// leap second (:60) names the second after :59, as it does in Unix time. nullopt: not such a date-time.
std::optional<instant> parse_instant(std::string_view) noexcept;

}  // namespace pawl::api
