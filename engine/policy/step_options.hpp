#pragma once

#include "engine/model/time.hpp"
#include "engine/policy/retry_policy.hpp"

#include <chrono>
#include <cstdint>

namespace pawl::policy {

// The same for all jobs of a run.
struct step_options {
  retry_options retry;
  bool read_first = false;  // needs a resource_reader
  // A read that is older when its write leaves is done again (documented).
  duration max_read_age = std::chrono::seconds{5};
  // How long after a timeout the server may still apply the request.
  duration longest_lateness = std::chrono::seconds{60};
  // Failures of trials count against a job that failed this many by itself, so that it cannot hold a run.
  // Where the API has no probe, only those that were answered: silence is an outage.
  std::uint32_t free_trials = 2;
  bool breaker_has_probe = true;
};

}  // namespace pawl::policy
