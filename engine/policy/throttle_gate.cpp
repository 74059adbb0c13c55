#include "engine/policy/throttle_gate.hpp"

#include <algorithm>
#include <chrono>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

constexpr duration max_jitter = 500ms;
constexpr duration backoff_base = 1s, backoff_cap = 60s;
// Longer waits than any run would sit out are cut, so that adding them to a time cannot overflow.
constexpr duration longest_gate = std::chrono::hours{24 * 366};

duration share_of(duration whole, double jitter01) noexcept {
  return duration{static_cast<duration::rep>(static_cast<double>(whole.count()) * jitter01)};
}

}  // namespace

void throttle_gate::shut(time_point until, asking_header asked_by) noexcept {
  if (until <= until_) return;
  until_ = until;
  asked_by_ = asked_by;
}

duration throttle_gate::backoff(time_point sent, time_point now, double jitter01) noexcept {
  if (sent > episode_) {
    if (doublings_ < 7) ++doublings_;  // the seventh, 64 s, is over the cap
    episode_ = now;
  }
  const duration whole = std::min(backoff_cap, backoff_base * (1 << (doublings_ - 1)));
  return share_of(whole, jitter01);
}

void throttle_gate::replied(time_point sent, time_point now, const rate_facts& facts,
                            double jitter01) noexcept {
  if (!facts.throttled) {
    if (sent > episode_) doublings_ = 0;
    return;
  }
  auto asked = facts.retry_after.value_or(duration::zero());
  auto by = asking_header::retry_after;
  if (asked <= duration::zero()) {
    asked = facts.reset_in.value_or(duration::zero());
    by = facts.reset_header();
  }
  if (asked > duration::zero())
    shut(now + std::min(asked, longest_gate) + share_of(max_jitter, jitter01), by);
  if (asked < backoff_base) shut(now + backoff(sent, now, jitter01));
}

}  // namespace pawl::policy
