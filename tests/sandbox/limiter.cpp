#include "tests/sandbox/limiter.hpp"

#include "tests/sandbox/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sandbox {

std::optional<std::vector<window_limit>> parse_limits(std::string_view text, time_us day) {
  std::vector<window_limit> windows;
  if (text == "off") return windows;
  for (const std::string_view part : split(text, ',')) {
    window_limit window;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), window.limit);
    const std::string_view rest = part.substr(static_cast<std::size_t>(end - part.data()));
    if (error != std::errc{} || window.limit == 0 || !rest.starts_with('/')) return std::nullopt;
    const auto length = rest == "/day" ? std::chrono::microseconds{day} : parse_duration(rest.substr(1));
    if (!length || length->count() == 0) return std::nullopt;
    window.length = length->count();
    windows.push_back(window);
  }
  return windows;
}

limiter::limiter(limit_rules rules) : rules_(std::move(rules)), windows_(rules_.windows.size()) {}

limiter::verdict limiter::check(time_us now, std::uint64_t cost) {
  advance(now);
  verdict answer;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (used(i) + cost <= rules_.windows[i].limit) continue;
    const time_us free = free_at(i, cost);
    if (answer.allowed || free > answer.free_at) answer = {false, i, free};
  }
  return answer;
}

void limiter::take(time_us now, std::uint64_t cost) {
  if (windows_.empty()) return;
  advance(now);
  log_.push_back({now, cost});
  ++logged_;
  counted_ += cost;
  if (first_at_ == no_time) first_at_ = now;
  last_at_ = now;
  for (window_state& w : windows_) {
    w.fixed_count += cost;
    w.inside += cost;
    w.most = std::max(w.most, w.inside);
  }
}

limiter::verdict limiter::count(time_us now, std::uint64_t cost) {
  verdict answer = check(now, cost);
  if (rules_.enforce == enforcement::observe) answer.allowed = true;
  if (answer.allowed || rules_.count_refused) take(now, cost);
  return answer;
}

limiter::standing limiter::report(time_us now) {
  advance(now);
  const window_limit& rule = rules_.windows.front();
  const window_state& w = windows_.front();
  const std::uint64_t taken = used(0);
  standing s;
  s.limit = rule.limit;
  s.remaining = taken < rule.limit ? rule.limit - taken : 0;
  if (rules_.kind == limit_kind::fixed) {
    s.reset_at = (w.fixed_no + 1) * rule.length;
  } else {
    s.reset_at = w.first == logged_ ? now : at(w.first).at + rule.length;
  }
  return s;
}

void limiter::advance(time_us& now) {
  now = latest_ = std::max(now, latest_);
  std::uint64_t oldest_needed = logged_;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    window_state& w = windows_[i];
    const time_us length = rules_.windows[i].length;
    while (w.first < logged_ && at(w.first).at <= now - length) w.inside -= at(w.first++).cost;
    oldest_needed = std::min(oldest_needed, w.first);
    const std::int64_t number = now / length;
    if (number != w.fixed_no) {
      w.fixed_no = number;
      w.fixed_count = 0;
    }
  }
  while (dropped_ < oldest_needed) {
    log_.pop_front();
    ++dropped_;
  }
}

std::uint64_t limiter::used(std::size_t window) const {
  const window_state& w = windows_[window];
  return rules_.kind == limit_kind::fixed ? w.fixed_count : w.inside;
}

time_us limiter::free_at(std::size_t window, std::uint64_t cost) const {
  const window_limit& rule = rules_.windows[window];
  const window_state& w = windows_[window];
  if (rules_.kind == limit_kind::fixed) return (w.fixed_no + 1) * rule.length;
  // There is room when enough of what is inside has left. (A cost above the limit never has room; it is told
  // when the window is empty.)
  std::uint64_t inside = w.inside;
  std::uint64_t oldest = w.first;
  while (oldest + 1 < logged_) {
    inside -= at(oldest).cost;
    if (inside + cost <= rule.limit) break;
    ++oldest;
  }
  return (oldest < logged_ ? at(oldest).at : latest_) + rule.length;
}

}  // namespace sandbox
