#include "tests/shells/support/manual_clock.hpp"

#include "engine/sys/boot_clock.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

namespace pawl {
namespace {

using namespace std::chrono_literals;

constexpr duration start = 1h;  // of the monotonic clock and since the boot; chosen
constexpr auto day = std::chrono::sys_days{std::chrono::year{2026} / 1 / 15};
constexpr duration forever = 10'000h;  // a timer that is further ahead only waits to be cancelled; chosen
constexpr auto never = std::numeric_limits<duration::rep>::max();

std::atomic<duration::rep> passed{0};  // since the start of the test; threads of the engine read it too
std::atomic<duration::rep> next_timer{never};  // on the same scale

}  // namespace

time_point clock::now() noexcept {
  return time_point{start + duration{passed.load()}};
}

// The system does not sleep: each look at the timers is at once, and finds those that the test's time has
// reached.
duration clock::system_wait(duration ahead) noexcept {
  if (ahead > duration{0} && ahead < forever)
    next_timer = std::min(next_timer.load(), passed.load() + ahead.count());
  return duration{0};
}

wall_time wall_now() noexcept {
  return day + std::chrono::duration_cast<std::chrono::microseconds>(duration{passed.load()});
}

std::chrono::microseconds since_boot() noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(start + duration{passed.load()});
}

namespace testing {

void manual_clock::reset() {
  passed = 0;
  next_timer = never;
}

void manual_clock::advance(duration by) {
  passed += by.count();
  next_timer = never;
}

bool manual_clock::advance_to_next_timer() {
  const auto next = next_timer.exchange(never);
  if (next == never) return false;
  passed = std::max(passed.load(), next);
  return true;
}

}  // namespace testing
}  // namespace pawl
