#include "engine/policy/pacer.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t spare_entries = 1'024, max_entries = std::size_t{1} << 20;

// Chosen: how soon a ticket asks again that would be due but for the one before it in line, which is about to
// go. The shell wakes it earlier when the head changes; this only keeps a plain loop from spinning.
constexpr duration behind_head = 1ms;
constexpr duration tick{1};

}  // namespace

std::size_t pacer::entries_needed(const pacer_options& o) {
  if (o.windows.empty()) return 0;
  const auto largest = std::ranges::max(o.windows, {}, &rate_window::limit).limit;
  return std::min(std::size_t{largest} + spare_entries, max_entries);
}

pacer::pacer(const pacer_options& o, std::span<slot_entry> entries, time_point now,
             std::chrono::nanoseconds now_in_entry_clock)
    : reserve_(o.reserve),
      early_release_(o.early_release),
      configured_(o.windows.size()),
      entries_(entries),
      entry_epoch_(now_in_entry_clock - now.time_since_epoch()) {
  windows_.reserve(configured_ + max_learned);
  for (const auto& w : o.windows) {
    assert(w.limit > 0 && w.length > 0ns);
    windows_.emplace_back(w, usable(w.limit));
    const auto count = static_cast<duration::rep>(windows_.back().usable());
    if (o.spread) spacing_ = std::max(spacing_, duration{(w.length.count() + count - 1) / count});
  }
  if (o.spread) schedule_ = now;  // nothing is banked before the first send
  load(now);
}

std::uint32_t pacer::usable(std::uint32_t limit) const noexcept {
  // A millionth keeps 100 * (1 - 0.9) from becoming 9.
  const double share = std::floor(static_cast<double>(limit) * (1.0 - reserve_) + 1e-6);
  return share < 1.0 ? 1 : std::min(limit, static_cast<std::uint32_t>(share));
}

std::int64_t pacer::in_entry_clock(time_point t) const noexcept {
  return std::max<std::int64_t>((t.time_since_epoch() + entry_epoch_).count(), 1);  // 0 says "not yet"
}

void pacer::load(time_point now) {
  const std::int64_t now_there = in_entry_clock(now);
  std::vector<std::uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0u);
  for (auto& e : entries_) {
    if (e.is_unused()) continue;
    // Torn; or in flight when its process died; or a time that cannot be: now is the latest that any can
    // mean.
    if (!e.is_sound() || e.closed <= 0 || e.closed > now_there) e = {now_there, now_there};
  }
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::pair(entries_[i].closed, i); });
  for (const auto i : order) reusable_.push_back(i);

  const auto first_used = std::ranges::find_if(order, [&](auto i) { return entries_[i].closed != 0; });
  if (first_used == order.end()) return;
  const auto here = [&](std::int64_t closed) { return now - std::chrono::nanoseconds{now_there - closed}; };
  const bool full = first_used == order.begin();
  for (auto& w : windows_) {
    // Without an unused entry older ones may have been overwritten; they closed before the oldest that is
    // left.
    if (full && w.window().limit > entries_.size())
      w.close(here(entries_[*first_used].closed), w.window().limit - entries_.size());
    for (auto i = first_used; i != order.end(); ++i) w.close(here(entries_[*i].closed));
  }
  expire(now);
}

duration pacer::discount(const quota_window& w) const noexcept {
  if (!early_release_ || !fastest_reply_) return duration::zero();
  // Nine tenths of the window at most: a slot must come free later than it closes.
  return std::min<duration>(*fastest_reply_, w.length()) / 10 * 9;
}

std::uint64_t& pacer::held_at_grant(std::uint32_t grant_index, std::size_t window) noexcept {
  return held_at_grant_[grant_index * (configured_ + max_learned) + window];
}

bool pacer::active(std::size_t window, time_point now) const noexcept {
  return window < configured_ || learned_[window - configured_].expires > now;
}

void pacer::expire(time_point now) noexcept {
  for (auto& w : windows_) w.expire(now, discount(w));
}

pacer::ticket pacer::join(time_point) {
  return ticket{line_.join()};
}

void pacer::leave(ticket t) {
  line_.leave(static_cast<std::uint64_t>(t));
}

std::optional<pacer::ticket> pacer::head() const noexcept {
  if (line_.empty()) return std::nullopt;
  return ticket{line_.head()};
}

time_point pacer::room_at(std::uint64_t k, time_point now, duration latency) const {
  time_point at = now;
  for (std::size_t i = 0; i < windows_.size(); ++i)
    if (active(i, now))
      at = std::max(at, windows_[i].room_at(k, in_flight_, now, latency, discount(windows_[i])));
  return at;
}

time_point pacer::head_due(time_point now) const {
  // A request in flight may close at once: its slot is then free one window from now, and not earlier.
  return std::max({room_at(0, now, duration::zero()), gate_.until(), used_up_.until, schedule_});
}

std::optional<time_point> pacer::next_due(time_point now) const {
  if (line_.empty()) return std::nullopt;
  return head_due(now);
}

time_point pacer::due(ticket t, time_point now) const {
  const auto rank = line_.rank(static_cast<std::uint64_t>(t));
  assert(rank && "this ticket does not stand in line");
  if (!rank || *rank == 0) return head_due(now);
  const std::uint64_t k = *rank;

  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t i = 0; i < windows_.size(); ++i)
    if (active(i, now)) smallest = std::min<std::uint64_t>(smallest, windows_[i].usable());

  const auto floor = std::max({now, gate_.until(), used_up_.until, schedule_});
  if (k < smallest && spacing_ == duration::zero()) return std::max(floor, room_at(k, now, mean_reply_));

  // Those before it in line will themselves hold slots that it has to wait for: walk the line.
  std::vector<time_point> dues(k + 1);
  for (std::uint64_t j = 0; j <= k; ++j) {
    time_point at = j == 0 ? floor : std::max(floor, dues[j - 1] + spacing_);
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      if (!active(i, now)) continue;
      const auto& w = windows_[i];
      at = std::max(at, j < w.usable() ? w.room_at(j, in_flight_, now, mean_reply_, discount(w))
                                       : dues[j - w.usable()] + mean_reply_ + (w.length() - discount(w)));
    }
    dues[j] = at;
  }
  return dues[k];
}

std::variant<pacer::slot, time_point> pacer::acquire(ticket t, time_point now) {
  if (line_.empty() || line_.head() != static_cast<std::uint64_t>(t))
    return std::max(due(t, now), now + behind_head);
  expire(now);
  bool room = gate_.open(now) && now >= used_up_.until && now >= schedule_;
  for (std::size_t i = 0; i < windows_.size() && room; ++i)
    room = windows_[i].has_room(in_flight_) || !active(i, now);
  if (!room) return std::max(head_due(now), now + tick);
  if (!entries_.empty() && reusable_.empty()) return now + behind_head;  // a million in flight
  line_.serve_head();
  return take(now);
}

pacer::slot pacer::take(time_point now) {
  std::uint32_t index;
  if (free_grants_.empty()) {
    index = static_cast<std::uint32_t>(grants_.size());
    grants_.emplace_back();
    held_at_grant_.resize(grants_.size() * (configured_ + max_learned));
  } else {
    index = free_grants_.back();
    free_grants_.pop_back();
  }
  auto& g = grants_[index];
  g.at = now;
  g.number = granted_++;
  g.entry = no_entry;
  if (!entries_.empty()) {
    g.entry = reusable_.front();
    reusable_.pop_front();
    g.before = entries_[g.entry];
    // Before a byte leaves: a process killed between here and the socket leaves a slot too many, not one too
    // few.
    entries_[g.entry] = {in_entry_clock(now), 0};
  }
  for (std::size_t i = 0; i < windows_.size(); ++i)
    held_at_grant(index, i) = in_flight_ + windows_[i].closed();
  // Late wake-ups do not shift the schedule; idle time is banked for one send only.
  if (spacing_ > duration::zero()) schedule_ = std::max(schedule_, now - spacing_) + spacing_;
  ++in_flight_;
  return slot{index};
}

void pacer::sent(slot s, time_point now) {
  auto& g = grants_[static_cast<std::uint32_t>(s)];
  g.at = now;
  if (g.entry != no_entry) entries_[g.entry] = {in_entry_clock(now), 0};
}

void pacer::free_grant(std::uint32_t index) {
  free_grants_.push_back(index);
  --in_flight_;
}

void pacer::give_back(slot s, time_point) {
  const auto index = static_cast<std::uint32_t>(s);
  const auto& g = grants_[index];
  if (g.entry != no_entry) {
    entries_[g.entry] = g.before;
    reusable_.push_front(g.entry);
  }
  --granted_;
  if (spacing_ > duration::zero()) schedule_ -= spacing_;
  free_grant(index);
}

void pacer::closed(slot s, time_point now, const std::optional<rate_facts>& facts, double jitter01) {
  const auto index = static_cast<std::uint32_t>(s);
  const auto& g = grants_[index];
  if (g.entry != no_entry) {
    entries_[g.entry] = {entries_[g.entry].sent, in_entry_clock(now)};
    reusable_.push_back(g.entry);
  }
  if (facts) {
    const duration took = std::max(now - g.at, duration::zero());
    mean_reply_ = fastest_reply_ ? mean_reply_ + (took - mean_reply_) / 8 : took;
    fastest_reply_ = std::min(fastest_reply_.value_or(took), took);
  }
  free_grant(index);
  // Without a reply nothing is known of how early the server counted: no early release. The discount only
  // shrinks, so what is added here covers what is taken off later.
  for (auto& w : windows_) w.close(facts ? now : now + discount(w));
  if (!facts) return;
  learn(*facts, index, now);
  gate_.replied(g.at, now, *facts, jitter01);
}

std::optional<asked_pause> pacer::pause(time_point now) const {
  asked_pause longest{gate_.until(), gate_.asked_by()};
  if (!line_.empty()) {
    time_point own = now;
    for (std::size_t i = 0; i < configured_; ++i)
      own = std::max(own, windows_[i].own_room_at(in_flight_, now, discount(windows_[i])));
    if (used_up_.until > longest.until) longest = used_up_;
    const auto taught = room_at(0, now, duration::zero());
    if (taught > own && taught > longest.until) longest = {taught, taught_by_};
  }
  if (longest.until <= now) return std::nullopt;
  return longest;
}

std::optional<time_point> pacer::gated_until(time_point now) const {
  if (gate_.open(now)) return std::nullopt;
  return gate_.until();
}

}  // namespace pawl::policy
