#include "tests/sandbox/limiter.hpp"

#include "tests/sandbox/text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sandbox {
namespace {

constexpr time_us limiter_start = 1'700'000'000 * one_second;

limiter make(std::string_view windows, limit_kind kind = limit_kind::sliding, bool count_refused = false) {
  limit_rules rules;
  rules.windows = parse_limits(windows).value();
  rules.kind = kind;
  rules.count_refused = count_refused;
  return limiter{rules};
}

TEST(Limits, ReadTheirCommandLineForm) {
  EXPECT_EQ(parse_limits("60/60s,20/10s"),
            (std::vector<window_limit>{{60, 60 * one_second}, {20, 10 * one_second}}));
  EXPECT_EQ(parse_limits("60/min"), (std::vector<window_limit>{{60, 60 * one_second}}));
  EXPECT_EQ(parse_limits("5/100ms"), (std::vector<window_limit>{{5, 100'000}}));
  EXPECT_EQ(parse_limits("off"), std::vector<window_limit>{});
  for (const char* wrong : {"60", "60/", "/60s", "0/60s", "60/0s", "60/60x", "60/60s,", "-1/60s"}) {
    EXPECT_FALSE(parse_limits(wrong)) << wrong;
  }
}

TEST(Limiter, SlidingAllowsTheLimitAndNotOneMore) {
  limiter l = make("3/10s");
  EXPECT_TRUE(l.count(limiter_start).allowed);
  EXPECT_TRUE(l.count(limiter_start + 1).allowed);
  EXPECT_TRUE(l.count(limiter_start + 2).allowed);
  const auto refused = l.count(limiter_start + 3);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.free_at, limiter_start + 10 * one_second);
  EXPECT_FALSE(l.count(limiter_start + 10 * one_second - 1).allowed);
  EXPECT_TRUE(l.count(limiter_start + 10 * one_second).allowed);
  EXPECT_FALSE(l.count(limiter_start + 10 * one_second).allowed);
  EXPECT_EQ(l.most_in(0), 3u);
  EXPECT_EQ(l.counted(), 4u);
}

TEST(Limiter, SeveralWindowsHoldTogether) {
  limiter l = make("5/60s,2/10s");
  EXPECT_TRUE(l.count(limiter_start).allowed);
  EXPECT_TRUE(l.count(limiter_start).allowed);
  auto refused = l.count(limiter_start);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.window, 1u);
  EXPECT_EQ(refused.free_at, limiter_start + 10 * one_second);
  EXPECT_TRUE(l.count(limiter_start + 10 * one_second).allowed);
  EXPECT_TRUE(l.count(limiter_start + 10 * one_second).allowed);
  EXPECT_TRUE(l.count(limiter_start + 20 * one_second).allowed);
  refused = l.count(limiter_start + 30 * one_second);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.window, 0u);
  EXPECT_EQ(refused.free_at, limiter_start + 60 * one_second);
}

TEST(Limiter, FixedWindowsStartEmptyAtTheirEdge) {
  limiter l = make("2/10s", limit_kind::fixed);
  EXPECT_TRUE(l.count(limiter_start + 9 * one_second).allowed);  // limiter_start is a multiple of ten seconds
  EXPECT_TRUE(l.count(limiter_start + 9 * one_second).allowed);
  const auto refused = l.count(limiter_start + 9 * one_second + 1);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.free_at, limiter_start + 10 * one_second);
  EXPECT_TRUE(l.count(limiter_start + 10 * one_second).allowed);
  EXPECT_TRUE(l.count(limiter_start + 10 * one_second).allowed);
  EXPECT_FALSE(l.count(limiter_start + 10 * one_second).allowed);
  EXPECT_EQ(l.most_in(0), 4u) << "the truth tells what a sliding window would have seen";
}

TEST(Limiter, RefusedRequestsTakeQuotaOnlyWhereAskedTo) {
  limiter lenient = make("1/10s");
  EXPECT_TRUE(lenient.count(limiter_start).allowed);
  EXPECT_FALSE(lenient.count(limiter_start + 5 * one_second).allowed);
  EXPECT_TRUE(lenient.count(limiter_start + 10 * one_second).allowed);

  limiter strict = make("1/10s", limit_kind::sliding, true);
  EXPECT_TRUE(strict.count(limiter_start).allowed);
  EXPECT_FALSE(strict.count(limiter_start + 5 * one_second).allowed);
  const auto again = strict.count(limiter_start + 10 * one_second);
  EXPECT_FALSE(again.allowed);
  EXPECT_EQ(again.free_at, limiter_start + 15 * one_second);
}

TEST(Limiter, ObservingCountsAndRefusesNothing) {
  limit_rules rules;
  rules.windows = parse_limits("2/10s").value();
  rules.enforce = enforcement::observe;
  limiter l{rules};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(l.count(limiter_start).allowed);
  EXPECT_EQ(l.most_in(0), 5u);
}

TEST(Limiter, WithoutWindowsAllowsEverything) {
  limiter l{limit_rules{}};
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(l.count(limiter_start).allowed);
}

TEST(Limiter, ReportsWhatTheHeadersSay) {
  limiter l = make("3/60s,1/1s");
  auto s = l.report(limiter_start);
  EXPECT_EQ(s.limit, 3u);
  EXPECT_EQ(s.remaining, 3u);
  EXPECT_EQ(s.reset_at, limiter_start);
  l.count(limiter_start);
  l.count(limiter_start + 2 * one_second);
  s = l.report(limiter_start + 3 * one_second);
  EXPECT_EQ(s.remaining, 1u);
  EXPECT_EQ(s.reset_at, limiter_start + 60 * one_second);
  s = l.report(limiter_start + 61 * one_second);
  EXPECT_EQ(s.remaining, 2u);
  EXPECT_EQ(s.reset_at, limiter_start + 62 * one_second);

  limiter fixed = make("3/60s", limit_kind::fixed);
  const time_us minute = limiter_start / (60 * one_second) * 60 * one_second;
  fixed.count(minute + 1);
  EXPECT_EQ(fixed.report(minute + 2).remaining, 2u);
  EXPECT_EQ(fixed.report(minute + 2).reset_at, minute + 60 * one_second);
  EXPECT_EQ(fixed.report(minute + 60 * one_second).remaining, 3u);
}

TEST(Limiter, TimeThatGoesBackCountsAsTheLatest) {
  limiter l = make("1/10s");
  EXPECT_TRUE(l.count(limiter_start + 5 * one_second).allowed);
  EXPECT_EQ(l.count(limiter_start).free_at, limiter_start + 15 * one_second);
}

// Compares with the definition by brute force: no span of a window's length holds more than its limit, and no
// request is refused that would have fitted.
TEST(Limiter, AgreesWithTheDefinition) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    limiter l = make("7/1s,3/200ms");
    std::vector<time_us> counted;
    time_us now = limiter_start;
    for (std::uint64_t i = 0; i < 300; ++i) {
      // The times lie on a grid, so that requests often fall exactly on the edge of a window.
      now += static_cast<time_us>(mix(seed * 1000 + i) % 5) * 50'000;
      const auto inside = [&](time_us length) {
        std::uint64_t n = 0;
        for (const time_us t : counted) n += t > now - length;
        return n;
      };
      const bool fits = inside(one_second) < 7 && inside(200'000) < 3;
      const auto verdict = l.count(now);
      ASSERT_EQ(verdict.allowed, fits) << "seed " << seed << " step " << i;
      if (fits) {
        counted.push_back(now);
      } else {
        ASSERT_GT(verdict.free_at, now);
      }
    }
  }
}

}  // namespace
}  // namespace sandbox
