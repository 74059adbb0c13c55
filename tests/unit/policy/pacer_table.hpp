// A pacer whose clock is moved by hand, for the tests of what it grants and of what it learns.
#pragma once

#include "engine/model/rate.hpp"
#include "engine/policy/pacer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::policy::by_hand {

using namespace std::chrono_literals;

inline constexpr time_point start{100h};

inline pacer_options with(std::vector<rate_window> windows) {
  pacer_options o;
  o.windows = std::move(windows);
  return o;
}

// A pacer and the hand that moves its clock.
struct table {
  pacer p;
  time_point now = start;

  explicit table(const pacer_options& o) : p(o, {}, start, 0s) {}

  // Joins, and sends if it is let at once.
  std::optional<pacer::slot> send() {
    const auto t = p.join(now);
    const auto answer = p.acquire(t, now);
    if (const auto* slot = std::get_if<pacer::slot>(&answer)) {
      p.sent(*slot, now);
      return *slot;
    }
    EXPECT_GT(std::get<time_point>(answer), now);
    p.leave(t);
    return std::nullopt;
  }
  // How long the next one would have to wait; zero: it could go.
  duration wait() {
    const auto t = p.join(now);
    const auto answer = p.acquire(t, now);
    if (const auto* slot = std::get_if<pacer::slot>(&answer)) {
      p.give_back(*slot, now);
      return 0s;
    }
    p.leave(t);
    return std::get<time_point>(answer) - now;
  }
  void reply(pacer::slot s, rate_facts f = {}, double jitter01 = 0) { p.closed(s, now, f, jitter01); }
  // `count` requests, each answered at once; false if one was not let.
  bool burst(int count) {
    for (int i = 0; i < count; ++i) {
      const auto s = send();
      if (!s) return false;
      reply(*s);
    }
    return true;
  }
};

inline rate_facts says(std::uint64_t limit, std::uint64_t remaining, duration reset_in) {
  rate_facts f;
  f.limit = limit;
  f.remaining = remaining;
  f.reset_in = reset_in;
  return f;
}

inline rate_facts throttled(std::optional<duration> retry_after, std::optional<duration> reset_in) {
  rate_facts f;
  f.throttled = true;
  f.retry_after = retry_after;
  f.reset_in = reset_in;
  return f;
}

}  // namespace pawl::policy::by_hand
