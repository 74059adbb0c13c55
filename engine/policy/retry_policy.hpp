// What an attempt's end means, and when the next one may follow: the table of the documentation as pure
// functions.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <string_view>

namespace pawl::policy {

struct retry_options {
  std::uint32_t max_attempts = 6;  // sends of one job that count against it
  duration base = std::chrono::milliseconds{250};
  duration base_after_5xx = std::chrono::seconds{1};
  duration cap = std::chrono::seconds{60};
};

struct judgement {
  api::verdict is = api::verdict::maybe;
  bool charges_attempt = true;  // throttling, and failures before the first byte, charge none
  bool outage = false;          // counts for the breaker: transport failure or 5xx
  std::string_view remedy;      // with verdict::stop: what to mend; static text or the profile's
};

// `code` is the error code of the reply's envelope, empty if there is none.
judgement judge(const api::profile&, const attempt_fact&, std::string_view code, bool replay_safe) noexcept;

// Full jitter: a random point of [0, min(cap, base * 2^(attempt-1))]; `attempt` counts from 1, `jitter01` is
// in [0, 1).
duration backoff(const retry_options&, std::uint32_t attempt, bool after_5xx, double jitter01) noexcept;

}  // namespace pawl::policy
