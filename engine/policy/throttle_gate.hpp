// The gate of a class of requests: after a throttled reply nothing leaves until the server takes requests
// again. Pure: time and jitter are arguments. Owned by a pacer.
#pragma once

#include "engine/model/time.hpp"
#include "engine/policy/rate_headers.hpp"

#include <cstdint>
#include <optional>

namespace pawl::policy {

class throttle_gate {
 public:
  // A reply to a request sent at `sent`, received at `now`. `jitter01` is in [0, 1).
  //
  // Throttled: Retry-After is a floor, 0-500 ms of jitter come on top (the vendor asks for positive jitter
  // only: Productlane, rate limits). Without it the reset of the quota counts in the same way; without that
  // a backoff with full jitter, 1 s doubling to 60 s (chosen), which a reply that is not throttled ends.
  // Instead of the backoff a rule may name the wait where no header does (`fallback_wait`): a floor as well,
  // doubled while it repeats, up to 64 times or a day (chosen). It is a pause that the API asks for too.
  // A wait of nothing, or until a time that has passed, asks for none: it counts as not said. One of less
  // than a second does not shorten the backoff either: a server that throttles again and again is not
  // believed when it says "at once".
  void replied(time_point sent, time_point now, const rate_facts&, double jitter01) noexcept;

  bool open(time_point now) const noexcept { return now >= until_; }
  time_point until() const noexcept { return until_; }  // time_point::min() if it was never shut
  // What asked for the pause until then; none: it is a backoff of our own.
  asking_header asked_by() const noexcept { return asked_by_; }

 private:
  // At least until then. A gate never opens earlier than it once said.
  void shut(time_point until, asking_header asked_by = asking_header::none) noexcept;
  unsigned begin_episode(time_point sent, time_point now) noexcept;

  time_point until_ = time_point::min();
  asking_header asked_by_ = asking_header::none;
  unsigned doublings_ = 0;
  // Replies to requests sent until then belong to the backoff that is under way: sixteen requests that are
  // throttled together are one event, and a success from before says nothing about now.
  time_point episode_ = time_point::min();
};

}  // namespace pawl::policy
