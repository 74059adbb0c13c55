// The time of day, for what is written down and compared with servers' dates. Decisions take it as an
// argument.
#pragma once

#include "engine/model/time.hpp"

#include <chrono>

namespace pawl {

inline wall_time wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace pawl
