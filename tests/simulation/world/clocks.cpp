// In the place of engine/sys/clocks.cpp, boot_clock.cpp and random.cpp.
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/random.hpp"
#include "engine/sys/wall_clock.hpp"
#include "tests/simulation/world/world.hpp"

#include <fmt/format.h>

#include <chrono>

namespace pawl {

using simulation::world;

// Outside of the lives of a world the machine's own clocks hold.
time_point clock::now() noexcept {
  if (const auto* here = world::any()) return here->monotonic();
  return time_point{std::chrono::steady_clock::now().time_since_epoch()};
}

// The system never sleeps. Each look at the timers is at once, and the world is told when the next one ends.
duration clock::system_wait(duration ahead) noexcept {
  constexpr duration forever =
      std::chrono::hours{100'000};  // a timer that only waits to be cancelled; chosen
  auto& here = world::here();
  if (ahead > duration{0} && ahead < forever) here.program_waits_until(here.passed() + ahead);
  return duration{0};
}

wall_time wall_now() noexcept {
  if (const auto* here = world::any()) return here->wall();
  return std::chrono::time_point_cast<wall_time::duration>(std::chrono::system_clock::now());
}

std::chrono::microseconds since_boot() noexcept {
  return std::chrono::floor<std::chrono::microseconds>(world::here().since_boot());
}

std::string boot_id(const std::string&) {
  return fmt::format("00000000-0000-4000-8000-{:012x}", world::here().boot());
}

std::uint32_t random_seed() {
  return static_cast<std::uint32_t>(world::here().program());
}

std::string random_uuid() {
  auto& dice = world::here().program;
  return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", dice() >> 32U, dice() >> 48U, dice() >> 52U,
                     dice() >> 52U, dice() >> 16U);
}

}  // namespace pawl
