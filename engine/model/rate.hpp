// A rate: so many requests within so much time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pawl {

struct rate_window {
  std::uint32_t limit = 0;
  std::chrono::nanoseconds length{};
  bool operator==(const rate_window&) const = default;
};

// A rate that reads and writes share, or that holds for one resource: what each of them takes of it. 0: it
// does not count there; at least one of the two counts, and neither costs more than the window holds.
struct rate_limit {
  rate_window window;
  std::uint32_t read_cost = 1, write_cost = 1;
  bool operator==(const rate_limit&) const = default;
};

// What a reserve (a share, 0..0.99) leaves of the window: perhaps less than one request takes.
std::uint32_t left_by_reserve(const rate_window&, double reserve) noexcept;
// What one process may use of it: that, but what one request takes at least.
std::uint32_t usable(const rate_limit&, double reserve) noexcept;

// "60/min", "20/10s", "50/s": as --rate takes it, in the largest unit that divides the window.
std::string to_string(const rate_window&);
// "900/min write=5": the same, with the costs that are not 1.
std::string to_string(const rate_limit&);

}  // namespace pawl
