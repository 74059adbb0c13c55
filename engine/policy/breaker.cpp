#include "engine/policy/breaker.hpp"

#include <algorithm>

namespace pawl::policy {

breaker::admission breaker::admit() noexcept {
  if (state_ == state::closed) return admission::free;
  if (state_ == state::open || trial_taken_) return admission::wait;
  trial_taken_ = true;
  return admission::trial;
}

void breaker::abandon_trial() noexcept {
  trial_taken_ = false;
}

void breaker::on_attempt(request kind, bool outage, time_point now) noexcept {
  auto& failures = failures_in_a_row_[static_cast<std::size_t>(kind)];
  if (!outage) {
    failures = 0;
    if (kind == request::write) close();
    return;
  }
  // What was under way when it opened says nothing new.
  if (state_ != state::closed) return;
  if (++failures >= options_.threshold) open(now);
}

void breaker::on_trial(bool outage, time_point now) noexcept {
  trial_taken_ = false;
  if (!outage)
    close();
  else if (state_ == state::half_open)
    reopen(now);
}

std::optional<time_point> breaker::next_probe() const noexcept {
  if (state_ != state::open || probing_) return std::nullopt;
  return next_probe_;
}

void breaker::begin_probe() noexcept {
  if (options_.has_probe)
    probing_ = true;
  else
    state_ = state::half_open;
}

void breaker::on_probe(bool answered, time_point now) noexcept {
  probing_ = false;
  if (state_ != state::open) return;
  if (answered)
    state_ = state::half_open;
  else
    reopen(now);
}

std::optional<time_point> breaker::opened_at() const noexcept {
  if (state_ == state::closed) return std::nullopt;
  return opened_at_;
}

void breaker::open(time_point now) noexcept {
  state_ = state::open;
  confirmed_ = false;
  opened_at_ = now;
  next_probe_ = now + options_.shortest_pause;
}

void breaker::reopen(time_point now) noexcept {
  state_ = state::open;
  if (!confirmed_) ++outages_;
  confirmed_ = true;
  next_probe_ = now + std::clamp((now - opened_at_) / 12, options_.shortest_pause, options_.longest_pause);
}

void breaker::close() noexcept {
  state_ = state::closed;
  failures_in_a_row_ = {};
}

}  // namespace pawl::policy
