// The time of day, for what is written down and compared with servers' dates. Decisions take it as an
// argument.
#pragma once

#include "engine/model/time.hpp"

namespace pawl {

wall_time wall_now() noexcept;

}  // namespace pawl
