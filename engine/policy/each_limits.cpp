#include "engine/policy/each_limits.hpp"

#include <algorithm>

namespace pawl::policy {

each_limits::each_limits(std::span<const rate_limit> limits, std::size_t most) : most_(most) {
  for (const auto& l : limits) windows_.emplace_back().limit = l;
}

void each_limits::window::expire(time_point now) {
  while (!closed.empty() && closed.front().at + limit.window.length <= now) {
    const auto found = of.find(closed.front().id);
    auto& mine = found->second;
    mine.first = after(front);
    if (mine.first == none) mine.last = none;
    mine.held -= closed.front().cost;
    if (mine.held == 0) of.erase(found);
    closed.pop_front();
    ++front;
  }
}

// Of what is held already.
void each_limits::window::close(const use& u) {
  const auto at = closed.empty() ? u.at : std::max(u.at, closed.back().at);
  const auto mine = front + closed.size();
  auto& all = of[u.id];
  if (all.last == none)
    all.first = mine;
  else
    closed[all.last - front].to_next = static_cast<std::uint32_t>(mine - all.last);
  all.last = mine;
  closed.push_back({at, u.id, u.cost, 0});
}

void each_limits::load(request_kind kind, const kept_quota& kept, time_point now,
                       std::chrono::nanoseconds now_in_entry_clock) {
  for (auto& w : windows_) {
    const auto cost = w.cost(kind);
    if (cost == 0) continue;
    std::vector<use> uses;
    // A class that kept nothing tells nothing of its past.
    bool is_complete = false;
    auto oldest = now;
    for (std::size_t i = 0; i < kept.entries.size(); ++i) {
      const auto& e = kept.entries[i];
      if (e.is_unused()) {
        is_complete = true;
        continue;
      }
      const auto at = now - (now_in_entry_clock - std::chrono::nanoseconds{e.closed});
      oldest = std::min(oldest, at);
      const auto id = kept.ids.empty() ? kept_quota::any_id : kept.ids[i];
      if (id != kept_quota::no_id && at + w.limit.window.length > now) uses.push_back({at, id, cost, 0});
    }
    if (!is_complete && oldest + w.limit.window.length > now)
      uses.push_back({oldest, kept_quota::any_id, w.limit.window.limit, 0});
    // Both classes are entered one after the other: what was there is entered again, in the order of time.
    for (std::size_t i = 0; i < w.closed.size(); ++i) uses.push_back(w.closed[i]);
    std::ranges::sort(uses, {}, &use::at);
    w.closed = {};
    w.of.clear();
    for (const auto& u : uses) {
      w.of[u.id].held += u.cost;
      w.close(u);
    }
  }
}

time_point each_limits::due(window& w, id_hash id, std::uint64_t cost, time_point now) const {
  w.expire(now);
  const auto length = w.limit.window.length;
  if (w.closed.size() + w.in_flight >= most_)
    return w.closed.empty() ? now + length : w.closed.front().at + length;
  const auto mine = w.of_id(id), any = w.of_id(kept_quota::any_id);
  const auto held = mine.held + any.held;
  if (held + cost <= w.limit.window.limit) return now;
  auto wanted = held + cost - w.limit.window.limit;
  auto a = mine.first, b = any.first;
  while (a != none || b != none) {
    auto& next = a < b ? a : b;  // `none` is the largest
    const auto& u = w.closed[next - w.front];
    if (u.cost >= wanted) return u.at + length;
    wanted -= u.cost;
    next = w.after(next);
  }
  return now + length;  // the rest is in flight
}

time_point each_limits::due(id_hash id, const request_counts& asked, time_point now) {
  auto at = now;
  for (auto& w : windows_) {
    // A window that reads do not count in holds no read up; what never fits at once leaves one by one.
    if (asked.reads > 0 && w.limit.read_cost == 0) continue;
    const auto cost = std::min<std::uint64_t>(
        w.limit.window.limit, asked.reads * w.limit.read_cost + asked.writes * w.limit.write_cost);
    if (cost > 0) at = std::max(at, due(w, id, cost, now));
  }
  return at;
}

void each_limits::take(id_hash id, request_kind kind) {
  for (auto& w : windows_) {
    const auto cost = w.cost(kind);
    if (cost == 0) continue;
    w.of[id].held += cost;
    ++w.in_flight;
  }
}

void each_limits::closed(id_hash id, request_kind kind, time_point now) {
  for (auto& w : windows_) {
    const auto cost = w.cost(kind);
    if (cost == 0) continue;
    w.expire(now);
    w.close({now, id, cost, 0});
    --w.in_flight;
  }
}

std::size_t each_limits::held() const noexcept {
  std::size_t most = 0;
  for (const auto& w : windows_) most = std::max(most, w.closed.size() + w.in_flight);
  return most;
}

}  // namespace pawl::policy
