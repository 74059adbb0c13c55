#include "engine/app/waiting.hpp"

#include <algorithm>
#include <chrono>

#include <poll.h>

namespace pawl::app {

namespace {

constexpr duration longest_piece = std::chrono::seconds{1};  // chosen: how late a set clock is noticed

}  // namespace

wall_time due_at(wall_time ended, duration age) noexcept {
  return ended + std::chrono::ceil<wall_time::duration>(age);
}

bool wait_until(wall_time due, const std::function<wall_time()>& now,
                const std::function<bool(duration, duration)>& sleep) {
  for (;;) {
    const auto at = now();
    if (at >= due) return true;
    const auto left = std::chrono::duration_cast<duration>(due - at);
    if (!sleep(std::min(left, longest_piece), left)) return false;
  }
}

bool sleeps(const stop_request& stop, duration length) {
  if (stop.first() != 0) return false;
  pollfd asked{stop.descriptor(), POLLIN, 0};
  // Rounded up, so that the last piece does not turn in circles.
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(length).count();
  ::poll(&asked, 1, static_cast<int>(ms));
  return stop.first() == 0;
}

}  // namespace pawl::app
