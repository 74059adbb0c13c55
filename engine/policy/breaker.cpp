#include "engine/policy/breaker.hpp"

#include <algorithm>
#include <utility>

namespace pawl::policy {

breaker::admission breaker::admit() noexcept {
  if (state_ == circuit::closed) return admission::free;
  if (state_ == circuit::open || trial_taken_) return admission::wait;
  trial_taken_ = true;
  return admission::trial;
}

void breaker::abandon_trial() noexcept {
  trial_taken_ = false;
}

void breaker::on_attempt(request kind, sign s, std::uint64_t id, time_point now) noexcept {
  auto& failures = failures_[static_cast<std::size_t>(kind)];
  if (s == sign::life) {
    failures = {};
    suspects_ = false;
    if (kind == request::write) close();
    return;
  }
  // What was under way when it opened says nothing new.
  if (state_ != circuit::closed) return;
  if (failures.count == 0) failures.first_id = id;
  failures.several_ids = failures.several_ids || id != failures.first_id;
  if (++failures.count < options_.threshold) return;
  const auto& others =
      failures_[static_cast<std::size_t>(kind == request::read ? request::write : request::read)];
  if (failures.several_ids || others.count > 0)
    open(now);
  else if (options_.has_probe)
    suspects_ = true;
}

void breaker::on_trial(sign s, time_point now) noexcept {
  trial_taken_ = false;
  if (s == sign::life || (s == sign::foreign && options_.has_probe))
    close();
  else if (state_ == circuit::half_open)
    reopen(now);
}

std::optional<time_point> breaker::next_probe() const noexcept {
  if (probing_) return std::nullopt;
  if (state_ == circuit::closed && suspects_) return time_point::min();
  if (state_ != circuit::open) return std::nullopt;
  return next_probe_;
}

void breaker::begin_probe() noexcept {
  if (options_.has_probe)
    probing_ = true;
  else
    state_ = circuit::half_open;
}

void breaker::on_probe(bool answered, time_point now) noexcept {
  probing_ = false;
  if (state_ == circuit::closed && std::exchange(suspects_, false) && !answered) {
    open(now);
    reopen(now);
    return;
  }
  if (state_ != circuit::open) return;
  if (answered)
    state_ = circuit::half_open;
  else
    reopen(now);
}

std::optional<time_point> breaker::opened_at() const noexcept {
  if (state_ == circuit::closed) return std::nullopt;
  return opened_at_;
}

void breaker::open(time_point now) noexcept {
  state_ = circuit::open;
  confirmed_ = false;
  opened_at_ = now;
  next_probe_ = now + options_.shortest_pause;
}

void breaker::reopen(time_point now) noexcept {
  state_ = circuit::open;
  if (!confirmed_) ++outages_;
  confirmed_ = true;
  next_probe_ = now + std::clamp((now - opened_at_) / 12, options_.shortest_pause, options_.longest_pause);
}

void breaker::close() noexcept {
  state_ = circuit::closed;
  failures_ = {};
  suspects_ = false;
}

}  // namespace pawl::policy
