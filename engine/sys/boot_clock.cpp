#include "engine/sys/boot_clock.hpp"

#include <ctime>
#include <fstream>

namespace pawl {

std::string boot_id(const std::string& path) {
  constexpr std::size_t longest = 39;  // a UUID and what may stand around it
  std::string line;
  std::ifstream in(path);
  std::getline(in, line);
  return line.size() > longest ? std::string{} : line;
}

std::chrono::microseconds since_boot() noexcept {
  std::timespec t{};
  if (::clock_gettime(CLOCK_BOOTTIME, &t) != 0) return {};
  return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_nsec / 1'000};
}

}  // namespace pawl
