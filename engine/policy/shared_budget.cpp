#include "engine/policy/shared_budget.hpp"

#include <algorithm>

namespace pawl::policy {

shared_budget::shared_budget(const pacer_options& o, time_point now)
    : windows_(o.shared, o.reserve, o.early_release) {
  if (!o.spread) return;
  spacing_ = {windows_.spacing(request_kind::read), windows_.spacing(request_kind::write)};
  schedule_.fill(now);  // nothing is banked before the first send
}

void shared_budget::add_past(past_use use, time_point now) {
  past_.push_back(std::move(use));
  windows_.load(past_, now);
  if (past_.size() == 2) past_ = {};
}

void shared_budget::pair(number read, number write) {
  pairs_.emplace_back(read, write);
  pairs_are_usual_ = true;
  // What it kept from others, with an older read, would be kept from its own read too.
  std::erase(reserved_, write);
  auto& claimed = claims_[index(request_kind::write)];
  if (claimed.of == write) claimed = {};
}

void shared_budget::left(request_kind kind, number who) {
  auto& mine = claims_[index(kind)];
  if (mine.of == who) mine = {};
  std::erase_if(pairs_,
                [&](const auto& p) { return (kind == request_kind::read ? p.first : p.second) == who; });
  if (kind == request_kind::write) std::erase(reserved_, who);
}

std::uint64_t shared_budget::reserved_before(number write) const noexcept {
  if (is_reserved(write))
    return static_cast<std::uint64_t>(std::ranges::lower_bound(reserved_, write) - reserved_.begin());
  return reserved_.size();
}

bool shared_budget::is_reserved(number write) const noexcept {
  return std::ranges::binary_search(reserved_, write);
}

// The write that a read makes a reservation for: none, where the two never fit into a window together.
std::optional<shared_budget::number> shared_budget::write_of(request_kind kind, number who,
                                                             time_point now) const noexcept {
  if (kind == request_kind::write || !windows_.fits({1, 1}, now)) return std::nullopt;
  const auto found = std::ranges::find(pairs_, who, &std::pair<number, number>::first);
  if (found == pairs_.end() || is_reserved(found->second)) return std::nullopt;
  return found->second;
}

request_counts shared_budget::wanted(request_kind kind, number who, time_point now) const noexcept {
  return request_counts::of(kind) + request_counts{0, write_of(kind, who, now) ? 1U : 0U};
}

// The same, with the read that a write will need before.
request_counts shared_budget::wanted_in_all(request_kind kind, number who, time_point now) const noexcept {
  auto wants = wanted(kind, who, now);
  if (kind == request_kind::write && pairs_are_usual_ && !is_reserved(who) && windows_.fits({1, 1}, now))
    wants.reads = 1;
  return wants;
}

void shared_budget::claim_now(request_kind kind, number who, const request_counts& wants) {
  auto& mine = claims_[index(kind)];
  if (mine.of != who) mine = {who, next_turn_++, wants};
  mine.wants = wants;
}

void shared_budget::claim_for(request_kind kind, number who, time_point now) {
  const bool by_its_read = kind == request_kind::write &&
                           std::ranges::find(pairs_, who, &std::pair<number, number>::second) != pairs_.end();
  if (!by_its_read && !(kind == request_kind::write && is_reserved(who)))
    claim_now(kind, who, wanted_in_all(kind, who, now));
}

// What is there, but not for this one.
request_counts shared_budget::held_back(request_kind kind, number who) const noexcept {
  if (kind == request_kind::write && is_reserved(who)) return {};
  request_counts others{0, reserved_.size()};
  const auto& mine = claims_[index(kind)];
  const auto& other = claims_[1 - index(kind)];
  if (other.of == 0 || (mine.of == who && mine.turn < other.turn)) return others;
  // What its own read waits for is for this write.
  const bool is_own = kind == request_kind::write && std::ranges::count(pairs_, std::pair{other.of, who}) > 0;
  return is_own ? others : others + other.wants;
}

bool shared_budget::try_take(request_kind kind, number who, window_set::marks marks, time_point now) {
  windows_.expire(now);
  if (!gate_.open(now) || now < schedule_[index(kind)]) return false;
  const auto wants = wanted(kind, who, now);
  if (!windows_.has_room(held_back(kind, who), wants, now)) {
    claim_now(kind, who, wants);
    return false;
  }
  windows_.take(kind, marks);
  if (const auto write = write_of(kind, who, now))
    reserved_.insert(std::ranges::upper_bound(reserved_, *write), *write);
  // Late wake-ups do not shift the schedule; idle time is banked for one send only.
  if (const auto spacing = spacing_[index(kind)]; spacing > duration::zero())
    schedule_[index(kind)] = std::max(schedule_[index(kind)], now - spacing) + spacing;
  left(kind, who);
  return true;
}

time_point shared_budget::due(request_kind kind, number who, time_point now) const {
  const auto room = windows_.room_at(held_back(kind, who), wanted(kind, who, now), now, duration::zero());
  return std::max({room, gate_.until(), schedule_[index(kind)]});
}

time_point shared_budget::due_in_line(request_kind kind, number who, std::uint64_t rank, time_point now,
                                      duration latency) const {
  const auto after = spacing_[index(kind)] * static_cast<duration::rep>(rank);
  const auto floor = std::max(gate_.until(), schedule_[index(kind)] + after);
  if (kind == request_kind::write && is_reserved(who))
    return std::max(floor, windows_.room_at({}, {0, 1}, now, latency));
  const auto wants = wanted_in_all(kind, who, now);
  return std::max(floor, windows_.room_at(held_back(kind, who) + wants * rank, wants, now, latency));
}

void shared_budget::give_back(request_kind kind) noexcept {
  windows_.give_back(kind);
  if (spacing_[index(kind)] > duration::zero()) schedule_[index(kind)] -= spacing_[index(kind)];
}

}  // namespace pawl::policy
