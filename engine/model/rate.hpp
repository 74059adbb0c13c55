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

// "60/min", "20/10s", "50/s": as --rate takes it, in the largest unit that divides the window.
std::string to_string(const rate_window&);

}  // namespace pawl
