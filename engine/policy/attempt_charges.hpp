// What counts against one job: the writes and reads that failed, and how often in a row it was told "not
// now". Pure; job_step says what happened and asks whether the job may go on.
//
// A failed request is charged when it cannot be a sign of an outage. One that can be is charged when the
// pause after it is over, unless the breaker has confirmed an outage by then: an outage explains all failures
// before it, and none of them counts. The breaker's trials are charged at once, after the free ones.
//
// Charges are of all writes of a job, and of the reads since one was understood.
#pragma once

#include "engine/model/attempt.hpp"
#include "engine/policy/request_kind.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/step_options.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace pawl::policy {

class attempt_charges {
 public:
  // The options must outlive it.
  explicit attempt_charges(const step_options& options) : options_(options) {}

  // A new job, of which so many writes have left before.
  void begin(std::uint32_t sent) noexcept {
    tallies_ = {};
    sent_ = sent;
    refused_together_ = 0;
    failed_trials_ = not_ready_ = odd_reads_ = 0;
    was_outage_ = false;
  }

  // At every event, before anything else: breaker::outages(). A change wipes all charges away, and the
  // request whose end is told with this event is explained by it too.
  void see_outages(std::uint64_t confirmed) noexcept {
    was_outage_ = confirmed != outages_seen_;
    if (was_outage_) forgive(confirmed);
  }

  // At least one byte of the request left.
  void left(request_kind kind) noexcept {
    auto& of_kind = of(kind);
    if (kind == request_kind::write) ++sent_;
    of_kind.not_sent = 0;
  }
  // No byte of it left: no connection could be had. Charges nothing. How many in a row.
  std::uint32_t not_sent(request_kind kind) noexcept { return ++of(kind).not_sent; }
  // The request failed. `trial`: it was the breaker's one trial.
  void failed(request_kind, const judgement&, phase reached, bool trial) noexcept;
  // The pause after the last failure is over.
  void woke() noexcept;
  // The reply to a read showed the resource.
  void understood() noexcept { of(request_kind::read).charged = odd_reads_ = 0; }

  bool are_used_up(request_kind kind) const noexcept {
    return of(kind).charged >= options_.retry.max_attempts;
  }
  std::uint32_t charged(request_kind kind) const noexcept { return of(kind).charged; }
  std::uint32_t sent() const noexcept { return sent_; }  // writes of which at least one byte left
  // The last of them was refused together with other rows: no fault of this one, as far as is known.
  void refused_together() noexcept { ++refused_together_; }
  // What the pause after a write grows with.
  std::uint32_t sent_in_vain() const noexcept { return sent_ - refused_together_; }

  // Told to slow down. 0: the job may try again as soon as the gate of its class opens; else how many of its
  // own pauses, counted from 1, it has to make besides.
  std::uint32_t throttled(request_kind kind) noexcept {
    auto& met = of(kind).throttled;
    return ++met > throttled_at_once ? met - throttled_at_once : 0;
  }
  void not_throttled(request_kind kind) noexcept { of(kind).throttled = 0; }
  // The resource or the connection was not ready (421, 423, 425). How many, of the whole job.
  std::uint32_t not_ready() noexcept { return ++not_ready_; }
  // The reply to a read shows no resource of this id, which may be a mishap. True: it is no longer the first
  // in a row.
  bool is_odd_again() noexcept { return ++odd_reads_ > 1; }

 private:
  // Chosen: with a limit that is shared fairly, hardly a row meets the gate a third time in a row.
  static constexpr std::uint32_t throttled_at_once = 2;

  struct tally {
    std::uint32_t charged = 0;
    std::uint32_t not_sent = 0;   // in a row
    std::uint32_t throttled = 0;  // in a row
    bool pending = false;         // the last failure is charged unless an outage turns out to explain it
  };
  tally& of(request_kind kind) noexcept { return tallies_[static_cast<std::size_t>(kind)]; }
  const tally& of(request_kind kind) const noexcept { return tallies_[static_cast<std::size_t>(kind)]; }
  void forgive(std::uint64_t confirmed) noexcept;

  const step_options& options_;
  std::array<tally, 2> tallies_{};
  std::uint32_t sent_ = 0;
  std::uint32_t refused_together_ = 0;
  std::uint32_t failed_trials_ = 0;
  std::uint32_t not_ready_ = 0;
  std::uint32_t odd_reads_ = 0;  // in a row
  bool was_outage_ = false;      // one was confirmed while the last request was under way
  std::uint64_t outages_seen_ = 0;
};

}  // namespace pawl::policy
