// The time of day, for what is written down and compared with servers' dates. Decisions take it as an
// argument.
#pragma once

#include "engine/model/time.hpp"

#include <chrono>

namespace pawl {

wall_time wall_now() noexcept;

// What the time of day will be at `then` of the monotonic clock, if nobody sets it. Whole seconds, rounded
// up: whoever comes back at the time that a summary names is not a moment too early.
inline wall_time time_of_day_at(time_point then, time_point now, wall_time wall_at_now) noexcept {
  return std::chrono::ceil<std::chrono::seconds>(wall_at_now + (then - now));
}

}  // namespace pawl
