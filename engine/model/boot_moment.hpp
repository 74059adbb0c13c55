// A point in time that no setting of the clock can move: what the time of day cannot prove, this can.
#pragma once

#include "engine/model/time.hpp"

#include <chrono>
#include <string>

namespace pawl {

struct boot_moment {
  std::string boot_id;                     // of the boot of the machine; empty: not known
  std::chrono::microseconds since_boot{};  // CLOCK_BOOTTIME, which goes on while the machine sleeps

  bool operator==(const boot_moment&) const = default;
};

// How long ago `then` was at least. Zero where nothing proves more: another boot (a machine that was switched
// off has no clock of its own for that), an unknown one, or a time that has not come yet.
inline duration proven_age(const boot_moment& then, const boot_moment& now) noexcept {
  const bool same = !then.boot_id.empty() && then.boot_id == now.boot_id;
  if (!same || then.since_boot <= std::chrono::microseconds::zero() || then.since_boot >= now.since_boot)
    return duration::zero();
  return now.since_boot - then.since_boot;
}

}  // namespace pawl
