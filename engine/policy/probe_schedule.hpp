// When a run asks whether the API is there, and on whose behalf: for the breaker while it is open, and for
// jobs that wait for a proof because somebody else answered for the API. One request serves both. Pure: time
// is an argument.
#pragma once

#include "engine/model/time.hpp"
#include "engine/policy/breaker.hpp"
#include "engine/policy/retry_policy.hpp"

#include <algorithm>
#include <cstdint>

namespace pawl::policy {

class probe_schedule {
 public:
  // Whether there is something to do at `now`. `proof_wanted_at`: since when a job waits for nothing but a
  // proof; max(): none does.
  bool is_due(time_point now, const breaker& held, time_point proof_wanted_at) const noexcept {
    const auto probe = held.next_probe();
    return (probe && *probe <= now) || is_proof_due(now, proof_wanted_at);
  }

  struct question {
    bool for_breaker = false, for_proof = false;  // neither: nobody asks
    // The breaker has nothing to ask with. It lets a job try instead, so those that it holds look again.
    bool let_job_try = false;
    bool is_asked() const noexcept { return for_breaker || for_proof; }
  };
  // What is asked now. A probe that the breaker wants begins with this.
  question begin(time_point now, breaker& held, time_point proof_wanted_at) const noexcept {
    question q;
    const bool probes = held.next_probe().has_value();
    if (probes) held.begin_probe();
    q.for_breaker = probes && held.has_probe();
    q.let_job_try = probes && !q.for_breaker;
    q.for_proof = is_proof_due(now, proof_wanted_at);
    return q;
  }

  // The question was answered by the API itself, or was not: then the next proof waits, longer each time.
  void answered(bool proven, time_point now, const retry_options& retry) noexcept {
    failures_ = proven ? 0 : failures_ + 1;
    next_proof_ = proven ? now : now + backoff(retry, failures_, true, 1);
  }

 private:
  bool is_proof_due(time_point now, time_point wanted_at) const noexcept {
    return now >= std::max(wanted_at, next_proof_);
  }

  time_point next_proof_{};     // not before this
  std::uint32_t failures_ = 0;  // in a row
};

}  // namespace pawl::policy
