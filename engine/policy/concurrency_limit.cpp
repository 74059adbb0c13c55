#include "engine/policy/concurrency_limit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

// All chosen, with the simulations of tests/unit/policy/concurrency.
constexpr std::uint32_t fewest_replies = 8;    // of a round: below, a mean is noise
constexpr std::uint32_t fewest_in_probe = 16;  // of a probe, which holds for longer
constexpr duration shortest_round = 20ms;      // averages over hiccups of this machine's scheduler
constexpr double longest_round = 4;            // reply times; where too few requests leave
constexpr double longest_reply = 5;            // of base: what counts of a straggler
constexpr double step = 0.5;                   // of the way to what was measured
constexpr double least_gain = 1.25;            // of twice the limit
constexpr double sudden = 0.7;                 // a fall below this share of the limit is probed first
constexpr std::uint32_t probe_every = 50;      // rounds
constexpr std::uint32_t probe_again = 5;       // rounds, while the base is still moving
constexpr double significant = 2;              // standard deviations
constexpr double exactness = 0.01;             // of base: smaller differences are none
constexpr double lower_at_most = 0.5;          // by the refusals of one moment
constexpr double lower_again = 0.7;            // when refusals go on
constexpr duration shortest_hold = 15s, longest_hold = 60s;
constexpr double same_ceiling = 0.1;
constexpr std::uint32_t rounds_of_trial = 4;  // requests that hang show after two
constexpr double between_strays = 50;         // served requests: more than 2 % are no strays
constexpr double most_strays = 5;             // at once
constexpr double remembered_late = 64;        // requests
constexpr double near_limit = 0.8;

double seconds(duration d) noexcept {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

load_sign load_sign_of(const judgement& judged, const attempt_fact& fact) noexcept {
  if (judged.is == api::verdict::throttled) return load_sign::overload;
  if (fact.reached == phase::answered) {
    if (fact.status == 503 || fact.status == 504) return load_sign::maybe;
    const bool worked_on =
        !judged.foreign && (judged.is == api::verdict::ok || judged.is == api::verdict::refused);
    return worked_on ? load_sign::served : load_sign::other;
  }
  const bool hung = fact.reached == phase::maybe_applied && fact.fault == transport_fault::timeout;
  return hung ? load_sign::overload : load_sign::other;
}

void concurrency_limit::reply_times::add(double s) noexcept {
  sum += s;
  squares += s * s;
  ++count;
}

double concurrency_limit::reply_times::error_of_mean() const noexcept {
  if (count < 2) return std::numeric_limits<double>::infinity();
  const double variance = std::max(0.0, squares - sum * sum / count) / (count - 1);
  return std::sqrt(variance / count);
}

std::uint32_t concurrency_limit::limit() const noexcept {
  return probe_level_ != 0 ? probe_level_ : static_cast<std::uint32_t>(limit_);
}

// In flight, and not to be expected back with a reply.
std::uint32_t concurrency_limit::hanging() const noexcept {
  const double lost = (late_lost_ + 1) / (late_served_ + late_lost_ + 1);
  return static_cast<std::uint32_t>(left_in_[3] * lost);
}

concurrency_limit::mark concurrency_limit::sent(time_point now) noexcept {
  if (round_began_ == time_point::min()) round_began_ = now;
  ++in_flight_;
  ++left_in_[0];
  peak_ = std::max(peak_, in_flight_);
  return {now, in_flight_ - hanging(), round_number_};
}

void concurrency_limit::replied(const mark& m, request kind, load_sign sign, time_point now) noexcept {
  --in_flight_;
  const std::size_t rounds_ago = round_number_ - m.round;
  --left_in_[std::min(rounds_ago, left_in_.size() - 1)];
  if (rounds_ago >= left_in_.size() - 1) {
    if (sign == load_sign::served) ++late_served_;
    if (sign == load_sign::overload) ++late_lost_;
    if (late_served_ + late_lost_ > remembered_late) {
      late_served_ /= 2;
      late_lost_ /= 2;
    }
  }

  if (sign == load_sign::overload || (sign == load_sign::maybe && !stray(m))) overloaded(m, now);
  if (sign == load_sign::served) {
    served(m);
    if (m.round == round_number_ && m.level <= limit()) take_time(kind, now - m.at);
  }
  if (round_is_over(now)) end_round(now);
}

void concurrency_limit::take_time(request kind, duration taken) noexcept {
  const auto k = static_cast<std::size_t>(kind);
  auto time = seconds(taken);
  if (base_[k].mean > 0) time = std::min(time, longest_reply * base_[k].mean);
  times_[k].add(time);
}

bool concurrency_limit::round_is_over(time_point now) const noexcept {
  const auto count = times_[0].count + times_[1].count;
  const auto fewest = probe_level_ != 0 ? fewest_in_probe : fewest_replies;
  if (count < fewest || now - round_began_ < shortest_round) return false;
  const auto wanted = probe_level_ != 0 ? 2 * probe_level_ : limit();
  if (count >= wanted) return true;
  const auto mean = (times_[0].sum + times_[1].sum) / count;
  return seconds(now - round_began_) > longest_round * mean;
}

void concurrency_limit::begin_round(time_point now) noexcept {
  left_in_ = {0, left_in_[0], left_in_[1], left_in_[2] + left_in_[3]};
  ++round_number_;
  round_began_ = now;
  times_ = {};
  peak_ = in_flight_;
}

// Of the requests in flight, by the reply times of this round: 1 where none waits for another.
double concurrency_limit::share_at_work() const noexcept {
  double expected = 0, observed = 0;
  for (std::size_t k = 0; k < times_.size(); ++k) {
    if (base_[k].mean <= 0) continue;
    expected += base_[k].mean * times_[k].count;
    observed += times_[k].sum;
  }
  return observed > 0 ? std::min(1.0, expected / observed) : 1.0;
}

void concurrency_limit::end_round(time_point now) noexcept {
  served_since_ = true;
  proven_ = std::max(proven_, served_before_);
  served_before_ = std::exchange(served_now_, 0);
  if (probe_level_ != 0) {
    end_probe();
  } else if (2 * peak_ >= limit()) {
    try_ceiling(now);
    steer(now);
  }
  begin_round(now);
}

void concurrency_limit::steer(time_point now) noexcept {
  const double in_vain = std::min<double>(hanging(), limit_ - 1);
  const double alive = limit_ - in_vain;
  const double at_work = alive * share_at_work();
  // What hangs takes the place of the slack, so that it cannot grow beyond; but it must not take the places
  // of what is served, or nothing would ever be heard again.
  const double wanted =
      std::max(at_work + std::sqrt(limit_), std::min(alive, at_work + std::sqrt(alive)) + in_vain);
  if (starting_) {
    if (wanted >= limit_ && gains(now)) {
      learn_first_bases();
      set(2 * limit_, now);
      return;
    }
    starting_ = false;
    rounds_to_probe_ = probe_again;
  }
  if (rounds_to_probe_ > 0) --rounds_to_probe_;
  const bool fell = wanted < sudden * limit_;
  const bool may_probe = rounds_to_probe_ == 0 || (fell && rounds_to_probe_ < probe_every - probe_again);
  if (may_probe && limit_ >= 2) {
    begin_probe();
    return;
  }
  set(limit_ + step * (wanted - limit_), now);
}

// Whether twice as many in flight brought more replies: where some hang, those that are served are as fast as
// before.
bool concurrency_limit::gains(time_point now) noexcept {
  const double before = rate_;
  rate_ = (times_[0].count + times_[1].count) / seconds(now - round_began_);
  return rate_ > least_gain * before;
}

// While nothing queues, every round measures the base.
void concurrency_limit::learn_first_bases() noexcept {
  for (std::size_t k = 0; k < times_.size(); ++k) {
    const auto& seen = times_[k];
    auto& base = base_[k];
    if (seen.count == 0) continue;
    const double tolerance = significant * seen.error_of_mean() + exactness * base.mean;
    if (base.mean > 0 && std::abs(seen.mean() - base.mean) > tolerance) continue;
    const auto count = base.count + seen.count;
    base.mean = (base.mean * base.count + seen.sum) / count;
    base.count = count;
  }
}

void concurrency_limit::begin_probe() noexcept {
  // Those that left before this round may hang: half of the others.
  const auto all = static_cast<std::uint32_t>(limit_);
  const auto older = std::min(all - 1, left_in_[1] + left_in_[2] + left_in_[3]);
  probe_level_ = std::max(1U, older + (all - older - 1) / 2);
  rounds_to_probe_ = probe_every;
}

void concurrency_limit::end_probe() noexcept {
  probe_level_ = 0;
  for (std::size_t k = 0; k < times_.size(); ++k) {
    const auto& seen = times_[k];
    auto& base = base_[k];
    if (seen.count < fewest_replies) continue;
    const double tolerance = significant * seen.error_of_mean() + exactness * base.mean;
    if (base.mean > 0 && std::abs(seen.mean() - base.mean) <= tolerance) {
      base.mean += step * (seen.mean() - base.mean);
    } else {
      base.mean = seen.mean();
      rounds_to_probe_ = probe_again;
    }
  }
}

void concurrency_limit::served(const mark& m) noexcept {
  if (m.round == round_number_) served_now_ = std::max(served_now_, m.level);
  if (m.level >= near_limit * limit())
    strays_left_ = std::min(most_strays, strays_left_ + 1 / between_strays);
}

bool concurrency_limit::stray(const mark& m) noexcept {
  served_now_ = served_before_ = 0;
  if (m.level > proven_ || strays_left_ < 1) return false;
  --strays_left_;
  return true;
}

// After a round: has one request more than the ceiling been served for long enough?
void concurrency_limit::try_ceiling(time_point now) noexcept {
  const bool above = ceiling_ != 0 && now >= ceiling_until_ && peak_ > ceiling_;
  rounds_above_ = above ? rounds_above_ + 1 : 0;
  if (rounds_above_ < rounds_of_trial || hanging() > limit() / 100) return;
  ceiling_ = 0;
  hold_ = {};
}

void concurrency_limit::overloaded(const mark& m, time_point now) noexcept {
  const double below = std::max(1.0, static_cast<double>(m.level) - 1);
  if (m.at <= lowered_at_) {
    // It left before the limit was lowered, so it only tells how far it should have been.
    ceiling_ = std::max(lowest_, std::min(ceiling_, below));
    limit_ = std::min(limit_, ceiling_);
    return;
  }
  const bool known = ceiling_ != 0 && std::abs(below - ceiling_) <= std::max(1.0, same_ceiling * ceiling_);
  hold_ = known ? std::min(2 * hold_, longest_hold) : shortest_hold;
  lowest_ = std::max(1.0, std::floor(limit_ * lower_at_most));
  const double again = served_since_ ? limit_ : limit_ * lower_again;
  ceiling_ = std::max(lowest_, std::floor(std::min(below, again)));
  ceiling_until_ = now + hold_;
  limit_ = std::min(limit_, ceiling_);
  lowered_at_ = now;
  served_since_ = false;
  served_now_ = served_before_ = 0;
  proven_ = std::min(proven_, static_cast<std::uint32_t>(ceiling_));
  strays_left_ = 1;
  rounds_above_ = 0;
  starting_ = false;
  probe_level_ = 0;
  rounds_to_probe_ = probe_every;
  begin_round(now);
}

void concurrency_limit::set(double wanted, time_point now) noexcept {
  if (ceiling_ != 0) wanted = std::min(wanted, now < ceiling_until_ ? ceiling_ : ceiling_ + 1);
  limit_ = std::clamp(wanted, 1.0, static_cast<double>(most_));
}

}  // namespace pawl::policy
