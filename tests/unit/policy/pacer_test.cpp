// What the pacer grants: windows, the line, early release.
#include "tests/unit/policy/pacer_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace pawl::policy {
namespace {

using namespace by_hand;
using namespace std::chrono_literals;

// ---- windows ----

TEST(Pacer, GrantsTheLimitAndRefusesTheNext) {
  table t(with({{3, 10s}}));
  EXPECT_TRUE(t.burst(3));
  EXPECT_EQ(t.wait(), 10s);
}

TEST(Pacer, ASlotComesFreeOneWindowAfterTheReplyNotAfterTheSending) {
  table t(with({{1, 10s}}));
  const auto s = t.send();
  ASSERT_TRUE(s);
  t.now += 9s;
  EXPECT_EQ(t.wait(), 10s);  // it may be answered now, and no earlier
  t.now += 3s;
  t.reply(*s);
  EXPECT_EQ(t.wait(), 10s);
  t.now += 10s - 1ns;
  EXPECT_EQ(t.wait(), 1ns);
  t.now += 1ns;
  EXPECT_TRUE(t.send());
}

TEST(Pacer, AClosedConnectionHoldsItsSlotLikeAReply) {
  table t(with({{1, 10s}}));
  const auto s = t.send();
  t.now += 4s;
  t.p.closed(*s, t.now, std::nullopt, 0);
  EXPECT_EQ(t.wait(), 10s);
}

TEST(Pacer, AllWindowsHoldTogether) {
  table t(with({{4, 60s}, {2, 10s}}));
  EXPECT_TRUE(t.burst(2));
  EXPECT_EQ(t.wait(), 10s);
  t.now += 10s;
  EXPECT_TRUE(t.burst(2));
  EXPECT_EQ(t.wait(), 50s);  // now the longer one binds
  t.now += 50s;
  EXPECT_TRUE(t.burst(2));
  EXPECT_EQ(t.wait(), 10s);
}

TEST(Pacer, RepliesOutOfOrderFreeTheirSlotsByTheirOwnTime) {
  table t(with({{2, 10s}}));
  const auto first = t.send(), second = t.send();
  t.now += 1s;
  t.reply(*second);
  t.now += 5s;
  t.reply(*first);
  EXPECT_EQ(t.wait(), 5s);  // the second came free first
  t.now += 5s;
  EXPECT_TRUE(t.send());
  EXPECT_EQ(t.wait(), 5s);
}

TEST(Pacer, WhatWasNotSentIsGivenBack) {
  table t(with({{1, 10s}}));
  const auto ticket = t.p.join(t.now);
  const auto answer = t.p.acquire(ticket, t.now);
  t.p.give_back(std::get<pacer::slot>(answer), t.now);
  EXPECT_EQ(t.p.in_flight(), 0u);
  EXPECT_TRUE(t.send());
  EXPECT_EQ(t.p.in_flight(), 1u);
}

TEST(Pacer, WithoutWindowsEverythingLeavesAtOnce) {
  table t(with({}));
  EXPECT_TRUE(t.p.unlimited());
  EXPECT_EQ(pacer::entries_needed(with({})), 0u);
  std::vector<pacer::slot> slots;
  for (int i = 0; i < 10'000; ++i) slots.push_back(t.send().value());
  EXPECT_EQ(t.p.in_flight(), 10'000u);
  rate_facts pause;
  pause.throttled = true;
  pause.retry_after = 3s;
  t.reply(slots.back(), pause);
  slots.pop_back();
  EXPECT_EQ(t.wait(), 3s);
  for (const auto s : slots) t.reply(s);
  EXPECT_EQ(t.p.in_flight(), 0u);
}

TEST(Pacer, ReserveLeavesAShareToOthers) {
  struct row {
    std::uint32_t limit;
    double reserve;
    int usable;
  };
  const row rows[] = {{60, 0.2, 48}, {60, 0, 60}, {100, 0.9, 10}, {100, 0.1, 90},
                      {3, 0.99, 1},  {1, 0.5, 1}, {20, 0.33, 13}, {10, 0.3, 7}};
  for (const auto& r : rows) {
    auto o = with({{r.limit, 10s}});
    o.reserve = r.reserve;
    table t(o);
    EXPECT_TRUE(t.burst(r.usable)) << r.limit << " " << r.reserve;
    EXPECT_EQ(t.wait(), 10s) << r.limit << " " << r.reserve;
  }
}

TEST(Pacer, AMillionInOneWindowNeedsNoMillionTimes) {
  const rate_window hour{1'000'000, 1h};
  quota_window w(hour, hour.limit);
  time_point now = start;
  for (int i = 0; i < 500'000; ++i) w.close(now += 7ms);
  EXPECT_EQ(w.closed(), 500'000u);
  // A window keeps the moments at which something comes free, and no more of them than this.
  auto swept = w;
  std::size_t moments = 0;
  for (auto at = start + 1h; at <= now + 1h; at += 7ms) {
    const auto before = swept.closed();
    swept.expire(at, 0s);
    moments += swept.closed() != before ? 1 : 0;
  }
  EXPECT_EQ(swept.closed(), 0u);
  EXPECT_LE(moments, 65'538u);
  // Later than exact, by a 65,536th of the window at most.
  w.expire(start + 7ms + 1h - 1ns, 0s);
  EXPECT_EQ(w.closed(), 500'000u);
  w.expire(start + 7ms + 1h + 55ms, 0s);
  EXPECT_LT(w.closed(), 500'000u);
  w.expire(now + 1h, 0s);
  EXPECT_EQ(w.closed(), 0u);
}

// ---- the line ----

TEST(Pacer, OnlyTheHeadOfTheLineIsGranted) {
  table t(with({{2, 10s}}));
  const auto a = t.p.join(t.now), b = t.p.join(t.now), c = t.p.join(t.now);
  EXPECT_GT(std::get<time_point>(t.p.acquire(b, t.now)), t.now);
  EXPECT_EQ(t.p.head(), a);
  EXPECT_EQ(t.p.next_due(t.now), t.now);
  EXPECT_TRUE(std::holds_alternative<pacer::slot>(t.p.acquire(a, t.now)));
  EXPECT_EQ(t.p.head(), b);
  EXPECT_EQ(t.p.waiting(), 2u);
  t.p.leave(b);
  EXPECT_EQ(t.p.head(), c);
  EXPECT_TRUE(std::holds_alternative<pacer::slot>(t.p.acquire(c, t.now)));
  EXPECT_EQ(t.p.waiting(), 0u);
  EXPECT_EQ(t.p.head(), std::nullopt);
  EXPECT_EQ(t.p.next_due(t.now), std::nullopt);
  t.p.leave(c);  // long served: nothing happens
  EXPECT_EQ(t.p.waiting(), 0u);
}

TEST(Pacer, DueIsExactWhenNothingElseHappens) {
  table t(with({{4, 20s}, {2, 5s}}));
  EXPECT_TRUE(t.burst(2));
  std::vector<pacer::ticket> line;
  for (int i = 0; i < 12; ++i) line.push_back(t.p.join(t.now));
  std::vector<duration> told, happened;
  for (const auto x : line) told.push_back(t.p.due(x, t.now) - start);
  while (const auto head = t.p.head()) {
    const auto answer = t.p.acquire(*head, t.now);
    if (const auto* s = std::get_if<pacer::slot>(&answer)) {
      happened.push_back(t.now - start);
      t.p.sent(*s, t.now);
      t.reply(*s);
    } else {
      t.now = std::get<time_point>(answer);
    }
  }
  EXPECT_EQ(told, happened);
}

TEST(Pacer, LeavingMovesTheOthersUp) {
  table t(with({{1, 10s}}));
  EXPECT_TRUE(t.burst(1));
  const auto a = t.p.join(t.now), b = t.p.join(t.now);
  EXPECT_EQ(t.p.due(a, t.now), start + 10s);
  EXPECT_EQ(t.p.due(b, t.now), start + 20s);
  t.p.leave(a);
  EXPECT_EQ(t.p.due(b, t.now), start + 10s);
}

TEST(WaitingLine, KeepsOrderAndRankThroughAnyLeaving) {
  std::mt19937 rng(7);
  waiting_line line;
  std::vector<std::uint64_t> model;
  for (int step = 0; step < 20'000; ++step) {
    const auto what = rng() % 3;
    if (what == 0 || model.empty()) {
      model.push_back(line.join());
    } else if (what == 1) {
      const auto i = rng() % model.size();
      line.leave(model[i]);
      line.leave(model[i]);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (rng() % 2 == 0) {
      line.serve_head();
      model.erase(model.begin());
    }
    ASSERT_EQ(line.size(), model.size());
    ASSERT_EQ(line.empty(), model.empty());
    if (model.empty()) continue;
    ASSERT_EQ(line.head(), model.front());
    const auto i = rng() % model.size();
    ASSERT_EQ(line.rank(model[i]), i);
  }
}

// ---- spreading ----

TEST(Pacer, SpreadsEvenlyAndLateWakeUpsDoNotShiftTheSchedule) {
  auto o = with({{60, 60s}});
  o.spread = true;
  table t(o);
  EXPECT_TRUE(t.burst(1));
  EXPECT_EQ(t.wait(), 1s);
  t.now += 1s + 300ms;  // late
  EXPECT_TRUE(t.burst(1));
  EXPECT_EQ(t.wait(), 700ms);  // from the scheduled time
  const auto a = t.p.join(t.now), b = t.p.join(t.now), c = t.p.join(t.now);
  EXPECT_EQ(t.p.due(a, t.now) - t.now, 700ms);
  EXPECT_EQ(t.p.due(b, t.now) - t.now, 1700ms);
  EXPECT_EQ(t.p.due(c, t.now) - t.now, 2700ms);
  for (const auto x : {a, b, c}) t.p.leave(x);

  t.now += 20s;  // idle: one send is banked, no more
  EXPECT_TRUE(t.burst(2));
  EXPECT_EQ(t.wait(), 1s);
}

// ---- early release ----

TEST(Pacer, EarlyReleaseTakesNineTenthsOfTheFastestReplyOff) {
  auto o = with({{1, 10s}});
  o.early_release = true;
  table t(o);
  auto s = t.send();
  t.now += 100ms;
  t.reply(*s);
  EXPECT_EQ(t.wait(), 10s - 90ms);
  t.now += 10s;
  s = t.send();
  t.now += 3s;  // a slow reply changes nothing
  t.reply(*s);
  EXPECT_EQ(t.wait(), 10s - 90ms);
  t.now += 10s;
  s = t.send();
  t.now += 3s;  // nothing is known without a reply
  t.p.closed(*s, t.now, std::nullopt, 0);
  EXPECT_EQ(t.wait(), 10s);
}

TEST(Pacer, EarlyReleaseIsOffByDefaultAndNeverTakesTheWholeWindow) {
  for (const bool early : {false, true}) {
    auto o = with({{1, 1s}});
    o.early_release = early;
    table t(o);
    const auto s = t.send();
    t.now += 30s;
    t.reply(*s);
    EXPECT_EQ(t.wait(), early ? 100ms : 1s);
  }
}

}  // namespace
}  // namespace pawl::policy
