#include "engine/policy/throttle_gate.hpp"

#include <algorithm>
#include <chrono>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

constexpr duration max_jitter = 500ms;
constexpr duration backoff_base = 1s, backoff_cap = 60s, longest_fallback = 24h;
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

// How often the wait has doubled.
unsigned throttle_gate::begin_episode(time_point sent, time_point now) noexcept {
  if (sent > episode_) {
    if (doublings_ < 7) ++doublings_;  // the seventh, 64 s, is over the cap
    episode_ = now;
  }
  return doublings_ - 1;
}

void throttle_gate::replied(time_point sent, time_point now, const rate_facts& facts,
                            double jitter01) noexcept {
  if (!facts.throttled) {
    if (sent > episode_) doublings_ = 0;
    return;
  }
  const auto said = [](const std::optional<duration>& wait, bool counts) {
    return counts ? wait.value_or(duration::zero()) : duration::zero();
  };
  auto asked = said(facts.retry_after, facts.waits_for_retry_after);
  auto by = asking_header::retry_after;
  if (asked <= duration::zero()) {
    asked = said(facts.reset_in, facts.waits_for_reset);
    by = facts.reset_header();
  }
  if (asked > duration::zero())
    shut(now + std::min(asked, longest_gate) + share_of(max_jitter, jitter01), by);
  if (asked >= backoff_base) return;
  const auto doubled = 1U << begin_episode(sent, now);
  if (facts.fallback_wait > duration::zero()) {
    const auto longest = std::max(facts.fallback_wait, longest_fallback);
    shut(now + std::min(longest, facts.fallback_wait * doubled) + share_of(max_jitter, jitter01),
         asking_header::rule);
  } else {
    shut(now + share_of(std::min(backoff_cap, backoff_base * doubled), jitter01));
  }
}

}  // namespace pawl::policy
