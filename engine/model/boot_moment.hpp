// A point in time measured by a clock that nobody can set. It proves how much time has passed where the time
// of day, which can be set, does not.
#pragma once

#include "engine/model/time.hpp"

#include <chrono>
#include <string>

namespace pawl {

struct boot_moment {
  std::string boot_id;                     // names the boot of the machine; empty: not known
  std::chrono::microseconds since_boot{};  // CLOCK_BOOTTIME, which goes on while the machine sleeps

  bool operator==(const boot_moment&) const = default;
};

// How long ago `then` was at least. Zero where nothing proves more: it is of another boot (no clock of this
// kind spans the time that the machine was off), its boot is not known, or it lies in the future.
inline duration proven_age(const boot_moment& then, const boot_moment& now) noexcept {
  const bool same = !then.boot_id.empty() && then.boot_id == now.boot_id;
  if (!same || then.since_boot <= std::chrono::microseconds::zero() || then.since_boot >= now.since_boot)
    return duration::zero();
  return now.since_boot - then.since_boot;
}

}  // namespace pawl
