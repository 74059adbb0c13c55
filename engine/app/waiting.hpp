// Waits for a moment of the clock on the wall, which somebody may set meanwhile.
#pragma once

#include "engine/app/stop_request.hpp"
#include "engine/model/time.hpp"

#include <functional>

namespace pawl::app {

// When a row that ended then is so old.
wall_time due_at(wall_time ended, duration age) noexcept;

// Sleeps piece by piece until `now()` is `due`. `sleep(most, left)` sleeps for at most that long, of which so
// much is left, and returns false to end the wait; the result is false then. Never too early, also where the
// clock is set back.
bool wait_until(wall_time due, const std::function<wall_time()>& now,
                const std::function<bool(duration most, duration left)>& sleep);

// Sleeps, unless somebody asks to stop: false.
bool sleeps(const stop_request&, duration);

}  // namespace pawl::app
