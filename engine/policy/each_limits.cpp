#include "engine/policy/each_limits.hpp"

#include <algorithm>

namespace pawl::policy {

each_limits::each_limits(std::span<const rate_limit> limits, std::size_t most) : most_(most) {
  for (const auto& l : limits) windows_.push_back({l, {}, {}});
}

void each_limits::window::let_go(id_hash id, std::uint64_t cost) {
  if (id == kept_quota::any_id) {
    of_any -= cost;
    return;
  }
  const auto found = of.find(id);
  found->second -= cost;
  if (found->second == 0) of.erase(found);
}

void each_limits::window::expire(time_point now) {
  while (!closed.empty() && closed.front().at + limit.window.length <= now) {
    let_go(closed.front().id, closed.front().cost);
    closed.pop_front();
  }
}

// Of what is held already.
void each_limits::window::close(const use& u) {
  auto at = u.at;
  if (!closed.empty()) at = std::max(at, closed.back().at);
  closed.push_back({at, u.id, u.cost});
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
      if (id != kept_quota::no_id && at + w.limit.window.length > now) uses.push_back({at, id, cost});
    }
    if (!is_complete && oldest + w.limit.window.length > now)
      uses.push_back({oldest, kept_quota::any_id, w.limit.window.limit});
    // Both classes are entered one after the other: what was there is entered again, in the order of time.
    for (std::size_t i = 0; i < w.closed.size(); ++i) uses.push_back(w.closed[i]);
    std::ranges::sort(uses, {}, &use::at);
    w.closed = {};
    w.of.clear();
    w.of_any = 0;
    for (const auto& u : uses) {
      if (u.id == kept_quota::any_id)
        w.of_any += u.cost;
      else
        w.of[u.id] += u.cost;
      w.close(u);
    }
  }
}

time_point each_limits::due(window& w, id_hash id, std::uint32_t cost, time_point now) const {
  w.expire(now);
  const auto length = w.limit.window.length;
  if (w.closed.size() + w.in_flight >= most_)
    return w.closed.empty() ? now + length : w.closed.front().at + length;
  const auto found = w.of.find(id);
  const auto held = w.of_any + (found == w.of.end() ? 0 : found->second);
  if (held + cost <= w.limit.window.limit) return now;
  auto wanted = held + cost - w.limit.window.limit;
  for (std::size_t i = 0; i < w.closed.size(); ++i) {
    const auto& u = w.closed[i];
    if (u.id != id && u.id != kept_quota::any_id) continue;
    if (u.cost >= wanted) return u.at + length;
    wanted -= u.cost;
  }
  return now + length;  // the rest is in flight
}

time_point each_limits::due(id_hash id, request_kind kind, time_point now) {
  auto at = now;
  for (auto& w : windows_)
    if (const auto cost = w.cost(kind); cost > 0) at = std::max(at, due(w, id, cost, now));
  return at;
}

void each_limits::take(id_hash id, request_kind kind) {
  for (auto& w : windows_) {
    const auto cost = w.cost(kind);
    if (cost == 0) continue;
    w.of[id] += cost;
    ++w.in_flight;
  }
}

void each_limits::closed(id_hash id, request_kind kind, time_point now) {
  for (auto& w : windows_) {
    const auto cost = w.cost(kind);
    if (cost == 0) continue;
    w.expire(now);
    w.close({now, id, cost});
    --w.in_flight;
  }
}

std::size_t each_limits::held() const noexcept {
  std::size_t most = 0;
  for (const auto& w : windows_) most = std::max(most, w.closed.size() + w.in_flight);
  return most;
}

}  // namespace pawl::policy
