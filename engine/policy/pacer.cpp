#include "engine/policy/pacer.hpp"

#include <algorithm>
#include <cassert>
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
// A head that its own windows let go within this time is kept what it needs of the shared ones: as long as a
// job looks ahead for its read (see job_step).
constexpr duration claim_lead = 2s;

std::vector<rate_limit> own_limits(const pacer_options& o) {
  std::vector<rate_limit> limits;
  for (const auto& w : o.windows) limits.push_back({w});
  return limits;
}

bool is_long(const rate_window& w) {
  return w.length > kept_quota::longest_exact;
}

// How many requests may leave while a window of one resource lasts.
std::size_t most_while_each_lasts(const pacer_options& o) {
  if (o.each.empty()) return 0;
  const auto longest =
      std::ranges::max(o.each, {}, [](const rate_limit& l) { return l.window.length; }).window.length;
  std::size_t most = 65'536;  // chosen, for a class without limits
  const auto add = [&](const rate_window& w) {
    const auto turns = static_cast<std::size_t>((longest + w.length - duration{1}) / w.length) + 1;
    most = std::min(most, w.limit * turns);
  };
  for (const auto& w : o.windows) add(w);
  for (const auto& l : o.shared)
    if (l.read_cost > 0 && l.write_cost > 0) add(l.window);
  return most;
}

template <class Limits>
bool any_long(const Limits& limits) {
  return std::ranges::any_of(limits, [](const rate_limit& l) { return is_long(l.window); });
}

}  // namespace

std::size_t pacer::entries_needed(const pacer_options& o) {
  if (o.windows.empty() && o.shared.empty() && o.each.empty()) return 0;
  // A request costs a slot at least, where it counts.
  std::size_t largest = 0;
  for (const auto& w : o.windows)
    if (!is_long(w)) largest = std::max<std::size_t>(largest, w.limit);
  for (const auto& l : o.shared)
    if (!is_long(l.window)) largest = std::max<std::size_t>(largest, l.window.limit);
  return std::min(std::max(largest, most_while_each_lasts(o)) + spare_entries, max_entries);
}

std::size_t pacer::minutes_needed(const pacer_options& o) {
  return std::ranges::any_of(o.windows, is_long) || any_long(o.shared) ? minute_entry::needed : 0;
}

pacer::pacer(const pacer_options& o, kept_quota kept, time_point now,
             std::chrono::nanoseconds now_in_entry_clock, share shared)
    : own_(own_limits(o), o.reserve, o.early_release),
      share_(shared),
      kept_(kept),
      entry_epoch_(now_in_entry_clock - now.time_since_epoch()),
      marks_per_grant_(own_.most_windows() +
                       (shared.budget == nullptr ? 0 : shared.budget->windows().most_windows())) {
  if (o.spread) spacing_ = own_.spacing(share_.kind);
  if (o.spread) schedule_ = now;  // nothing is banked before the first send
  load(now);
}

std::int64_t pacer::in_entry_clock(time_point t) const noexcept {
  return std::max<std::int64_t>((t.time_since_epoch() + entry_epoch_).count(), 1);  // 0 says "not yet"
}

void pacer::load(time_point now) {
  const std::int64_t now_there = in_entry_clock(now);
  const auto here = [&](std::int64_t closed) { return now + std::chrono::nanoseconds{closed - now_there}; };
  past_use past;
  past.kind = share_.kind;
  const auto entries = kept_.entries;
  std::vector<std::uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0u);
  for (auto& e : entries) {
    if (e.is_unused() || e.is_over(now_there)) continue;
    minute_entry::count(kept_.minutes, now_there);  // no minute knows of it
    e = slot_entry::on_its_way(now_there);
  }
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::pair(entries[i].closed, i); });
  for (const auto i : order) {
    reusable_.push_back(i);
    if (entries[i].closed != 0) past.exact.push_back({here(entries[i].closed), 1});
  }
  // Without an unused entry older ones may have been overwritten.
  if (past.exact.size() == entries.size()) past.kept = entries.size();
  if (!kept_.minutes.empty()) {
    auto& by_minute = past.by_minute.emplace();
    const auto this_minute = minute_entry::minute_of(now_there);
    for (auto& m : kept_.minutes) {
      if (m.is_sound() && m.minute() <= this_minute) continue;
      m = {};
      minute_entry::count(kept_.minutes, now_there, minute_entry::most);
    }
    for (const auto& m : kept_.minutes)
      if (!m.is_unused()) by_minute.push_back({here(std::min(m.end(), now_there)), m.count()});
  }
  own_.load({&past, 1}, now);
  if (share_.budget != nullptr) share_.budget->add_past(std::move(past), now);
}

pacer::ticket pacer::join(time_point) {
  return ticket{line_.join()};
}

pacer::ticket pacer::join_for(ticket write, time_point now) {
  const auto made = join(now);
  if (share_.budget != nullptr)
    share_.budget->pair(static_cast<std::uint64_t>(made), static_cast<std::uint64_t>(write));
  return made;
}

void pacer::leave(ticket t) {
  line_.leave(static_cast<std::uint64_t>(t));
  if (share_.budget != nullptr) share_.budget->left(share_.kind, static_cast<std::uint64_t>(t));
}

// Of a line that is not empty.
inline std::uint64_t pacer::head_number() const noexcept {
  if (share_.budget != nullptr && share_.kind == request_kind::write)
    if (const auto first = share_.budget->first_reserved()) return *first;
  return line_.head();
}

std::optional<pacer::ticket> pacer::head() const noexcept {
  if (line_.empty()) return std::nullopt;
  return ticket{head_number()};
}

time_point pacer::head_due(time_point now) const {
  // A request in flight may close at once: its slot is then free one window from now, and not earlier.
  auto at = std::max({own_.room_at(share_.kind, now), gate_.until(), schedule_});
  if (share_.budget != nullptr) at = std::max(at, share_.budget->due(share_.kind, head_number(), now));
  return at;
}

std::optional<time_point> pacer::next_due(time_point now) const {
  if (line_.empty()) return std::nullopt;
  if (share_.budget == nullptr) return head_due(now);
  const auto parts = due_of(head_number(), now);
  return std::max(parts.own, parts.shared);
}

pacer::due_parts pacer::due_of(std::uint64_t number, time_point now) const {
  auto rank = line_.rank(number);
  assert(rank && "this ticket does not stand in line");
  if (share_.budget == nullptr && rank.value_or(0) == 0) return {head_due(now), now};
  if (share_.kind == request_kind::write && share_.budget != nullptr) {
    const auto before = share_.budget->reserved_before(number);
    rank = share_.budget->is_reserved(number) ? before : std::max<std::uint64_t>(rank.value_or(0), before);
  }
  const std::uint64_t k = rank.value_or(0);
  const auto latency = k == 0 ? duration::zero() : mean_reply_;
  const auto floor = std::max({now, gate_.until(), schedule_});
  due_parts parts{own_.due_in_line(share_.kind, k, now, latency, floor, spacing_), now};
  if (share_.budget != nullptr)
    parts.shared = share_.budget->due_in_line(share_.kind, number, k, now, latency);
  return parts;
}

time_point pacer::due(ticket t, time_point now) {
  const auto number = static_cast<std::uint64_t>(t);
  if (share_.budget == nullptr && !line_.empty() && line_.head() == number) return head_due(now);
  const auto parts = due_of(number, now);
  if (share_.budget != nullptr && parts.shared > now && parts.own - now <= claim_lead &&
      number == head_number())
    share_.budget->claim_for(share_.kind, number, now);
  return std::max(parts.own, parts.shared);
}

inline std::uint32_t pacer::new_grant() {
  if (!free_grants_.empty()) {
    const auto index = free_grants_.back();
    free_grants_.pop_back();
    return index;
  }
  grants_.emplace_back();
  marks_.resize(grants_.size() * marks_per_grant_);
  return static_cast<std::uint32_t>(grants_.size() - 1);
}

inline window_set::marks pacer::own_marks(std::uint32_t grant_index) noexcept {
  return {&marks_[grant_index * marks_per_grant_], own_.most_windows()};
}

inline window_set::marks pacer::shared_marks(std::uint32_t grant_index) noexcept {
  return {&marks_[grant_index * marks_per_grant_] + own_.most_windows(),
          marks_per_grant_ - own_.most_windows()};
}

inline pacer::slot pacer::take(std::uint32_t index, time_point now) {
  auto& g = grants_[index];
  g.at = now;
  g.own_age = own_.age();
  g.entry = no_entry;
  if (!kept_.entries.empty()) {
    g.entry = reusable_.front();
    reusable_.pop_front();
    g.before = kept_.entries[g.entry];
    // Before a byte leaves: a process killed between here and the socket leaves a slot too many, not one too
    // few.
    kept_.entries[g.entry] = {in_entry_clock(now), 0};
  }
  own_.take(share_.kind, own_marks(index));
  // Late wake-ups do not shift the schedule; idle time is banked for one send only.
  if (spacing_ > duration::zero()) schedule_ = std::max(schedule_, now - spacing_) + spacing_;
  ++in_flight_;
  return slot{index};
}

std::variant<pacer::slot, time_point> pacer::acquire(ticket t, time_point now) {
  if (line_.empty() || head_number() != static_cast<std::uint64_t>(t))
    return std::max(due(t, now), now + behind_head);
  own_.expire(now);
  if (!gate_.open(now) || now < schedule_ || !own_.has_room(share_.kind, now))
    return std::max(head_due(now), now + tick);
  if (!kept_.entries.empty() && reusable_.empty()) return now + behind_head;  // a million in flight
  const auto index = new_grant();
  if (share_.budget == nullptr) {
    line_.serve_head();
  } else {
    const auto number = static_cast<std::uint64_t>(t);
    if (!share_.budget->try_take(share_.kind, number, shared_marks(index), now)) {
      free_grants_.push_back(index);
      return std::max(head_due(now), now + tick);
    }
    grants_[index].shared_age = share_.budget->windows().age();
    line_.leave(number);
  }
  return take(index, now);
}

void pacer::sent(slot s, time_point now, std::uint64_t id) {
  auto& g = grants_[static_cast<std::uint32_t>(s)];
  g.at = now;
  if (g.entry == no_entry) return;
  if (!kept_.ids.empty()) kept_.ids[g.entry] = id;
  kept_.entries[g.entry] = {in_entry_clock(now), 0};
}

void pacer::free_grant(std::uint32_t index) {
  free_grants_.push_back(index);
  --in_flight_;
}

void pacer::give_back(slot s, time_point) {
  const auto index = static_cast<std::uint32_t>(s);
  const auto& g = grants_[index];
  if (g.entry != no_entry) {
    kept_.entries[g.entry] = g.before;
    reusable_.push_front(g.entry);
  }
  own_.give_back(share_.kind);
  if (share_.budget != nullptr) share_.budget->give_back(share_.kind);
  if (spacing_ > duration::zero()) schedule_ -= spacing_;
  free_grant(index);
}

void pacer::closed(slot s, time_point now, const std::optional<rate_facts>& facts, double jitter01) {
  const auto index = static_cast<std::uint32_t>(s);
  const auto& g = grants_[index];
  if (g.entry != no_entry) {
    // The minute comes first: a process killed in between leaves a request that counts twice, not never.
    if (!kept_.minutes.empty()) minute_entry::count(kept_.minutes, in_entry_clock(now));
    kept_.entries[g.entry] = {kept_.entries[g.entry].sent, in_entry_clock(now)};
    reusable_.push_back(g.entry);
  }
  std::optional<duration> took;
  if (facts) {
    took = std::max(now - g.at, duration::zero());
    mean_reply_ = has_mean_ ? mean_reply_ + (*took - mean_reply_) / 8 : *took;
    has_mean_ = true;
  }
  free_grant(index);
  own_.land(share_.kind, now, took);
  if (share_.budget != nullptr) share_.budget->land(share_.kind, now, took);
  if (!facts) return;
  learn(*facts, index, now);
  const bool for_all = facts->scope == throttle_scope::all && share_.budget != nullptr;
  if (!facts->throttled || (facts->scope != throttle_scope::id && !for_all))
    gate_.replied(g.at, now, *facts, jitter01);
  if (share_.budget != nullptr && (!facts->throttled || for_all))
    share_.budget->gate().replied(g.at, now, *facts, jitter01);
  if (share_.budget != nullptr && !gate_.open(now)) share_.budget->unclaim(share_.kind);
}

// The headers speak of the window whose limit or length they name; where they name none of them, of those
// that the classes share, since an API commonly shows the limit of the account.
void pacer::learn(const rate_facts& f, std::uint32_t index, time_point now) {
  if (!f.limit && !f.remaining) return;
  const auto& g = grants_[index];
  if (share_.budget != nullptr) {
    auto& shared = share_.budget->windows();
    if (!shared.is_empty() && (shared.is_named_by(f, now) || !own_.is_named_by(f, now)))
      return shared.learn(f, shared_marks(index), g.shared_age, now);
  }
  own_.learn(f, own_marks(index), g.own_age, now);
}

std::optional<asked_pause> pacer::pause(time_point now) const {
  asked_pause longest{gate_.until(), gate_.asked_by()};
  const auto add = [&](const asked_pause& other) {
    if (other.until > longest.until) longest = other;
  };
  const bool anybody_waits = !line_.empty();
  const auto one = request_counts::of(share_.kind);
  if (share_.budget != nullptr) {
    const auto& gate = share_.budget->gate();
    add({gate.until(), gate.asked_by()});
    if (anybody_waits)
      if (const auto taught = share_.budget->windows().taught_pause(one, now)) add(*taught);
  }
  if (anybody_waits)
    if (const auto taught = own_.taught_pause(one, now)) add(*taught);
  if (longest.until <= now) return std::nullopt;
  return longest;
}

std::optional<time_point> pacer::gated_until(time_point now) const {
  auto until = gate_.until();
  if (share_.budget != nullptr) until = std::max(until, share_.budget->gate().until());
  if (until <= now) return std::nullopt;
  return until;
}

std::uint32_t pacer::phantoms() const noexcept {
  const auto own = own_.phantoms();
  return share_.budget == nullptr ? own : std::max(own, share_.budget->windows().phantoms());
}

std::optional<contradiction> pacer::take_contradiction() noexcept {
  auto found = own_.take_contradiction();
  if (!found && share_.budget != nullptr) found = share_.budget->windows().take_contradiction();
  return found;
}

}  // namespace pawl::policy
