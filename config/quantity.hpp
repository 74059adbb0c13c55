// Reads rates, durations, shares and counts as people write them. Text outside of the grammar is refused,
// with the wanted form. Failures are of kind usage and have no place: the caller knows which flag or line
// held the text.
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

// A failure of usage without a place, as all functions here give it.
failure wrong_value(std::string what, std::string remedy);

// `60/min`, `20/10s`, `5000/s`, `100/h`, `250000/day`; units ms, s, m or min, h, d or day. 1 to 1,000,000
// requests a window (chosen: the state file keeps 24 bytes for each), windows of 1 ms to a day. nullopt:
// `unlimited`.
expected<std::optional<rate_window>> parse_rate(std::string_view);

// All windows of a limit; empty: `unlimited`, which must stand alone.
expected<std::vector<rate_window>> parse_rates(std::span<const std::string>);

// The same with what a request costs: `900/min read=1 write=5`; a cost that is left out is 1, and 0 does not
// count.
expected<std::optional<rate_limit>> parse_limit(std::string_view);
expected<std::vector<rate_limit>> parse_limits(std::span<const std::string>);
// Checks the costs: none above the limit, and not both 0.
expected<rate_limit> with_costs(const rate_window&, std::uint64_t read_cost, std::uint64_t write_cost);

// `250ms`, `3s`, `15m`, `1h`; whole numbers, up to 1000 hours (chosen). Zero is accepted; callers that need
// more check that.
expected<duration> parse_duration(std::string_view);

// `20%` or `0.2`; the result is 0.2.
expected<double> parse_share(std::string_view);

// Reads decimal digits only; the number must be within [low, high].
expected<std::uint64_t> parse_count(std::string_view, std::uint64_t low, std::uint64_t high);

}  // namespace pawl::config
