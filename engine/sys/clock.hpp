// The machine's monotonic clock. Only the shells read it: decisions are given a time_point.
#pragma once

#include "engine/model/time.hpp"

namespace pawl {

// Satisfies Clock. now() stands in engine/sys/clocks.cpp beside wall_now() and since_boot(): a program that
// is linked with other definitions of the three (tests/support/manual_clock) lives in a time of its own.
struct clock {
  using duration = pawl::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = pawl::time_point;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
  // How long the system is to sleep until `ahead` has passed on this clock: as long, by the machine's own.
  static duration system_wait(duration ahead) noexcept;
};

}  // namespace pawl
