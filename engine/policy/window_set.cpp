#include "engine/policy/window_set.hpp"

#include "engine/policy/kept_quota.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <limits>
#include <utility>

namespace pawl::policy {

window_set::window_set(std::vector<rate_limit> limits, double reserve, bool early_release)
    : reserve_(reserve), early_release_(early_release), configured_(limits.size()) {
  windows_.reserve(most_windows());
  costs_.reserve(most_windows());
  for (const auto& l : limits) {
    assert(l.window.limit > 0 && l.window.length > duration::zero());
    windows_.emplace_back(l.window, usable(l, reserve));
    costs_.push_back({l.read_cost, l.write_cost});
  }
}

void window_set::load(std::span<const past_use> past, time_point now) {
  std::vector<quota_window::closing> all;
  for (std::size_t i = 0; i < configured_; ++i) {
    auto& w = windows_[i];
    w = quota_window(w.window(), w.usable());
    all.clear();
    for (const auto& use : past) {
      const std::uint64_t each = cost(i, use.kind);
      if (each == 0) continue;
      const bool by_minute = use.by_minute && w.length() > kept_quota::longest_exact;
      for (const auto& c : by_minute ? *use.by_minute : use.exact) all.push_back({c.at, c.count * each});
      // Older ones closed before the oldest that is left.
      if (!by_minute && use.kept > 0 && w.window().limit > use.kept)
        all.push_back({use.exact.front().at, w.window().limit - use.kept});
    }
    std::ranges::stable_sort(all, {}, &quota_window::closing::at);
    for (const auto& c : all) w.close(c.at, c.count);
  }
  expire(now);
}

time_point window_set::room_at(const request_counts& before, const request_counts& asked, time_point now,
                               duration latency) const {
  time_point at = std::max(now, used_up_.until);
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (!active(i, now)) continue;
    const auto& w = windows_[i];
    at = std::max(at, w.room_at(units(i, before), units(i, asked), now, latency, discount(w)));
  }
  return at;
}

time_point window_set::due_in_line(request_kind kind, std::uint64_t rank, time_point now, duration latency,
                                   time_point floor, duration spacing) const {
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t i = 0; i < windows_.size(); ++i)
    if (active(i, now) && cost(i, kind) > 0)
      smallest = std::min<std::uint64_t>(smallest, windows_[i].usable() / cost(i, kind));
  floor = std::max(floor, used_up_.until);
  const auto one = request_counts::of(kind);
  if (rank < smallest && spacing == duration::zero())
    return std::max(floor, room_at(one * rank, one, now, latency));

  std::vector<time_point> dues(rank + 1);
  for (std::uint64_t j = 0; j <= rank; ++j) {
    time_point at = j == 0 ? floor : std::max(floor, dues[j - 1] + spacing);
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      const std::uint64_t each = cost(i, kind);
      if (each == 0 || !active(i, now)) continue;
      const auto& w = windows_[i];
      const std::uint64_t fit = w.usable() / each;
      at = std::max(at, j < fit ? w.room_at(j * each, each, now, latency, discount(w))
                                : dues[j - fit] + latency + (w.length() - discount(w)));
    }
    dues[j] = at;
  }
  return dues[rank];
}

std::optional<asked_pause> window_set::taught_pause(const request_counts& asked, time_point now) const {
  time_point own = now, taught = now;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const auto& w = windows_[i];
    if (i < configured_) own = std::max(own, w.own_room_at(units(i, asked), now, discount(w)));
    if (active(i, now))
      taught = std::max(taught, w.room_at(0, units(i, asked), now, duration::zero(), discount(w)));
  }
  if (taught > own && taught > used_up_.until) return asked_pause{taught, taught_by_};
  if (used_up_.until > now) return used_up_;
  return std::nullopt;
}

duration window_set::spacing(request_kind kind) const noexcept {
  duration widest{};
  for (std::size_t i = 0; i < configured_; ++i) {
    const auto count = static_cast<duration::rep>(windows_[i].usable());
    widest = std::max(widest, duration{(windows_[i].length().count() * cost(i, kind) + count - 1) / count});
  }
  return widest;
}

void window_set::give_back(request_kind kind) noexcept {
  --count_of(kind);
  for (std::size_t i = 0; i < windows_.size(); ++i) windows_[i].give_back(cost(i, kind));
}

}  // namespace pawl::policy
