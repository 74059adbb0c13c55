// The boot of this machine and the time since then, for boot_moment.
#pragma once

#include "engine/model/boot_moment.hpp"

#include <chrono>
#include <string>

namespace pawl {

inline constexpr const char* boot_id_path = "/proc/sys/kernel/random/boot_id";

// As the kernel writes it, without its end of line; empty where it cannot be read.
std::string boot_id(const std::string& path = boot_id_path);

// CLOCK_BOOTTIME; zero where there is none.
std::chrono::microseconds since_boot() noexcept;

inline boot_moment boot_now() {
  return {boot_id(), since_boot()};
}

}  // namespace pawl
