// Rates, durations, shares and counts as people write them. Strict: what is not in the grammar is refused
// with the form that is wanted. Failures are of kind usage, without a place: the caller knows which flag or
// line said it.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/rate.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

// `60/min`, `20/10s`, `5000/s`, `100/h`; units ms, s, m or min, h. 1 to 1,000,000 a window (chosen: every
// slot of a window is kept in the state file, 16 bytes each), windows of 1 ms to 24 h. nullopt: `unlimited`.
expected<std::optional<rate_window>> parse_rate(std::string_view);

// All windows of a limit; empty: `unlimited`, which stands alone.
expected<std::vector<rate_window>> parse_rates(std::span<const std::string>);

// `250ms`, `3s`, `15m`, `1h`; whole numbers, up to 1000 hours. Zero is a value: callers that need more say
// so.
expected<duration> parse_duration(std::string_view);

// `20%` or `0.2`: a share, as 0.2.
expected<double> parse_share(std::string_view);

// Decimal digits only, within [low, high].
expected<std::uint64_t> parse_count(std::string_view, std::uint64_t low, std::uint64_t high);

}  // namespace pawl::config
