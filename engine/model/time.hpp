// Moments and spans of time. What reads a clock is engine/sys/clock.hpp.
#pragma once

#include <chrono>

namespace pawl {

using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

// Wall-clock time, for records that people read. Microseconds since the Unix epoch.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace pawl
