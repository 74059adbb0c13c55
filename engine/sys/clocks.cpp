// All that reads a clock of this machine, so that another file can take its place (engine/sys/clock.hpp).
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <ctime>

namespace pawl {

time_point clock::now() noexcept {
  return std::chrono::steady_clock::now();
}

duration clock::system_wait(duration ahead) noexcept {
  return ahead;
}

wall_time wall_now() noexcept {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::microseconds since_boot() noexcept {
  std::timespec t{};
  if (::clock_gettime(CLOCK_BOOTTIME, &t) != 0) return {};
  return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_nsec / 1'000};
}

}  // namespace pawl
