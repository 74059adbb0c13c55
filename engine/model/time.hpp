// The clocks of the engine. Decisions never read one: they are given a time_point.
#pragma once

#include <chrono>

namespace pawl {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using duration = clock::duration;

// Wall-clock time, for records that people read. Microseconds since the Unix epoch.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace pawl
