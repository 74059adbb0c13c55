#include "engine/policy/pacer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{100h};

pacer_options with(std::vector<api::rate_window> windows) {
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

rate_facts says(std::uint64_t limit, std::uint64_t remaining, duration reset_in) {
  rate_facts f;
  f.limit = limit;
  f.remaining = remaining;
  f.reset_in = reset_in;
  return f;
}

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
  t.p.gate(t.now + 3s);
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
  const api::rate_window hour{1'000'000, 1h};
  quota_window w(hour, hour.limit);
  time_point now = start;
  for (int i = 0; i < 500'000; ++i) w.close(now += 7ms);
  EXPECT_EQ(w.closed(), 500'000u);
  EXPECT_LE(w.queue_length(), 65'538u);
  // Later than exact, by a 65,536th of the window at most.
  w.settle(start + 7ms + 1h - 1ns, 0s);
  EXPECT_EQ(w.closed(), 500'000u);
  w.settle(start + 7ms + 1h + 55ms, 0s);
  EXPECT_LT(w.closed(), 500'000u);
  w.settle(now + 1h, 0s);
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

// ---- the gate ----

rate_facts throttled(std::optional<duration> retry_after, std::optional<duration> reset_in) {
  rate_facts f;
  f.throttled = true;
  f.retry_after = retry_after;
  f.reset_in = reset_in;
  return f;
}

TEST(Pacer, AThrottledReplyClosesTheGate) {
  struct row {
    const char* name;
    rate_facts facts;
    double jitter01;
    duration waits;
  };
  const row rows[] = {
      {"Retry-After is a floor", throttled(18s, {}), 0, 18s},
      {"jitter comes on top", throttled(18s, {}), 0.5, 18s + 250ms},
      {"Retry-After wins over reset", throttled(2s, 40s), 0, 2s},
      {"zero is a value", throttled(0s, 40s), 0.5, 250ms},
      {"else the reset", throttled({}, 40s), 0.5, 40s + 250ms},
      {"else a backoff with full jitter", throttled({}, {}), 0.5, 500ms},
      {"a reset that has passed says nothing", throttled({}, 0s), 0.5, 500ms},
      {"absurd waits are bounded", throttled(duration::max(), {}), 0, std::chrono::hours{24 * 366}},
      {"only throttled replies count", rate_facts{{}, {}, {}, {}, 40s, 18s}, 0, 0s},
  };
  for (const auto& r : rows) {
    table t(with({}));
    t.reply(*t.send(), r.facts, r.jitter01);
    EXPECT_EQ(t.wait(), r.waits) << r.name;
    EXPECT_EQ(t.p.gated_until(t.now).has_value(), r.waits > 0s) << r.name;
    EXPECT_EQ(t.p.gated_until(t.now + r.waits), std::nullopt) << r.name;
  }
}

TEST(Pacer, GatesOnlyMoveLater) {
  table t(with({}));
  t.p.gate(t.now + 10s);
  t.p.gate(t.now + 5s);
  EXPECT_EQ(t.wait(), 10s);
  EXPECT_EQ(t.p.gated_until(t.now), t.now + 10s);
}

TEST(Pacer, TheBackoffDoublesPerEpisodeAndEndsWithASuccess) {
  table t(with({}));
  const double almost_all = 0.999;
  for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
    const auto a = t.send(), b = t.send(), c = t.send();
    t.reply(*a, throttled({}, {}), almost_all);
    t.reply(*b, throttled({}, {}), almost_all);  // sent before the gate shut: the same episode
    EXPECT_EQ(t.wait(), 1ms * (999 * seconds));
    t.reply(*c);  // so is this success
    t.now += 61s;
  }
  t.reply(*t.send());
  t.now += 1s;
  t.reply(*t.send(), throttled({}, {}), almost_all);
  EXPECT_EQ(t.wait(), 999ms);
}

// ---- what replies teach ----

TEST(Pacer, FewerRemainingThanOursMeansOthersUseTheKey) {
  table t(with({{10, 60s}}));
  const auto s = t.send();
  t.reply(*s, says(10, 4, 30s));  // six counted, one of them ours
  EXPECT_EQ(t.p.phantoms(), 5u);
  EXPECT_TRUE(t.burst(4));
  EXPECT_EQ(t.wait(), 30s);
  t.now += 30s;
  EXPECT_TRUE(t.burst(5));
  EXPECT_EQ(t.p.phantoms(), 0u);
  EXPECT_EQ(t.wait(), 30s);  // our own ones
}

TEST(Pacer, MoreRemainingThanOursLoosensNothing) {
  table t(with({{3, 60s}}));
  for (int i = 0; i < 3; ++i) t.reply(*t.send(), says(3, 3, 1s));
  EXPECT_EQ(t.wait(), 60s);
  EXPECT_EQ(t.p.phantoms(), 0u);
}

TEST(Pacer, OwnRequestsInFlightExplainWhatIsMissing) {
  table t(with({{10, 60s}}));
  std::vector<pacer::slot> slots;
  for (int i = 0; i < 6; ++i) slots.push_back(t.send().value());
  t.reply(slots[0], says(10, 4, 60s));  // the server has counted all six
  EXPECT_EQ(t.p.phantoms(), 0u);
  t.reply(slots[5], says(10, 9, 60s));  // written before the others, overtaken
  EXPECT_EQ(t.p.phantoms(), 0u);
  t.reply(slots[1], says(10, 3, 60s));
  EXPECT_EQ(t.p.phantoms(), 1u);
}

TEST(Pacer, SlotsThatCameFreeWhileTheReplyWasUnderWayExplainItToo) {
  table t(with({{10, 60s}}));
  EXPECT_TRUE(t.burst(5));
  t.now += 59s;
  const auto s = t.send();  // the server counts six and answers
  t.now += 2s;              // ours from before are free again
  t.reply(*s, says(10, 4, 1s));
  EXPECT_EQ(t.p.phantoms(), 0u);
}

TEST(Pacer, ForeignUseFallsAsItsPartsReset) {
  table t(with({{10, 60s}}));
  t.reply(*t.send(), says(10, 1, 10s));  // eight foreign ones for ten seconds
  t.now += 5s;
  t.reply(*t.send(), says(10, 5, 60s));  // of them three for a minute
  EXPECT_EQ(t.p.phantoms(), 8u);
  t.now += 5s;
  EXPECT_TRUE(t.burst(5));  // ten, less three, less our two
  EXPECT_EQ(t.p.phantoms(), 3u);
  EXPECT_EQ(t.wait(), 50s);
}

TEST(Pacer, ForeignUseComesOutOfTheReserveFirst) {
  auto o = with({{10, 60s}});
  o.reserve = 0.5;
  table t(o);
  t.reply(*t.send(), says(10, 5, 30s));  // four foreign ones fit into the reserve
  EXPECT_TRUE(t.burst(4));
  EXPECT_EQ(t.wait(), 60s);
}

TEST(Pacer, AWindowIsKnownByItsLengthOrItsLimit) {
  struct row {
    const char* name;
    rate_facts facts;
    duration waits;  // after nine more
    std::uint32_t phantoms;
  };
  auto ietf = says(20, 0, 7s);
  ietf.window = 10s;
  auto part = says(40, 0, 7s);  // the server allows 40 in ten seconds, the config uses 20
  part.window = 10s;
  rate_facts no_limit;
  no_limit.remaining = 0;
  const row rows[] = {
      {"by limit: the short one", says(20, 0, 5s), 5s, 19},
      {"by limit: the long one", says(60, 0, 40s), 40s, 59},
      {"by length", ietf, 7s, 19},
      {"by length, a larger limit", part, 7s, 39},
      {"an unknown larger limit", says(5'000, 0, 40s), 0s, 0},
      {"remaining without a limit says nothing of two windows", no_limit, 0s, 0},
      {"a limit of zero is no limit", says(0, 0, 40s), 0s, 0},
      {"more remaining than the limit", says(20, 21, 5s), 0s, 0},
      {"a reset that has passed", says(20, 0, 0s), 0s, 0},
  };
  for (const auto& r : rows) {
    table t(with({{60, 60s}, {20, 10s}}));
    t.reply(*t.send(), r.facts);
    EXPECT_EQ(t.wait(), r.waits) << r.name;
    EXPECT_EQ(t.p.phantoms(), r.phantoms) << r.name;
  }
}

TEST(Pacer, RemainingAloneIsReadWhereThereIsOneWindow) {
  table t(with({{10, 60s}}));
  rate_facts f;
  f.remaining = 0;
  t.reply(*t.send(), f);
  EXPECT_EQ(t.p.phantoms(), 9u);
  EXPECT_EQ(t.wait(), 60s);  // no reset said: one window
}

TEST(Pacer, ASmallerLimitThanOursTightens) {
  table t(with({{60, 60s}}));
  t.reply(*t.send(), says(5, 4, 20s));
  EXPECT_EQ(t.p.tightened(t.now), (api::rate_window{5, 20s}));
  EXPECT_EQ(t.p.phantoms(), 0u);  // that is nobody else's use
  EXPECT_TRUE(t.burst(4));
  EXPECT_EQ(t.wait(), 20s);
  t.now += 20s;  // it has reset, and no reply has confirmed it since
  EXPECT_EQ(t.p.tightened(t.now), std::nullopt);
  EXPECT_TRUE(t.burst(55));
  EXPECT_EQ(t.wait(), 40s);
}

TEST(Pacer, ATightenedLimitHoldsAsLongAsRepliesConfirmIt) {
  table t(with({{60, 60s}}));
  for (int minute = 0; minute < 3; ++minute) {
    for (std::uint64_t i = 1; i <= 5; ++i) {
      const auto s = t.send();
      ASSERT_TRUE(s) << minute << " " << i;
      t.reply(*s, says(5, 5 - i, 60s));
    }
    EXPECT_EQ(t.wait(), 60s);
    t.now += 60s - 1ns;
    EXPECT_EQ(t.wait(), 1ns);
    t.now += 1ns;
  }
}

TEST(Pacer, ATightenedLimitCountsWhatWasUsedBefore) {
  table t(with({{60, 60s}}));
  EXPECT_TRUE(t.burst(10));
  t.reply(*t.send(), says(30, 2, 20s));  // 28 used, whoever did
  EXPECT_TRUE(t.burst(2));
  EXPECT_EQ(t.wait(), 20s);
}

TEST(Pacer, AnIetfWindowThatTheConfigDoesNotNameIsKept) {
  table t(with({{60, 60s}}));
  auto f = says(100, 3, 1000s);
  f.window = 3600s;
  t.reply(*t.send(), f);
  EXPECT_TRUE(t.burst(3));
  EXPECT_EQ(t.wait(), 1000s);
}

TEST(Pacer, HeadersTightenUnlimitedToo) {
  table t(with({}));
  t.reply(*t.send(), says(10, 2, 5s));
  EXPECT_TRUE(t.burst(2));
  EXPECT_EQ(t.wait(), 5s);
  EXPECT_EQ(t.p.phantoms(), 0u);
}

TEST(Pacer, HeadersThatChangeAtEveryReplyCostNoMemoryAndNeverStandStill) {
  table t(with({{60, 60s}}));
  std::mt19937_64 rng(3);
  for (int i = 0; i < 20'000; ++i) {
    if (const auto s = t.send()) {
      auto f = says(rng() % 80, rng() % 80, 1ms * (rng() % 5'000));
      if (rng() % 4 == 0) f.window = 1ms * (rng() % 5'000);
      t.reply(*s, f);
    }
    t.now += t.wait();
    ASSERT_LT(t.now - start, 20'000 * 61s);
  }
}

// ---- what survives the process ----

TEST(PacerEntries, HoldTheirSlotsInTheNextProcess) {
  const auto o = with({{3, 60s}});
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  ASSERT_EQ(entries.size(), 3u + 1'024u);
  time_point now = start;
  {
    pacer p(o, entries, now, 5'000s);
    const auto a = std::get<pacer::slot>(p.acquire(p.join(now), now));
    const auto b = std::get<pacer::slot>(p.acquire(p.join(now), now));
    EXPECT_EQ(entries[0].sent, 5'000'000'000'000) << "written before the first byte";
    p.sent(a, now + 1s);
    EXPECT_EQ(entries[0].sent, 5'001'000'000'000);
    EXPECT_EQ(entries[0].closed, 0);
    p.sent(b, now + 1s);
    p.closed(a, now + 2s, rate_facts{}, 0);
    EXPECT_EQ(entries[0].closed, 5'002'000'000'000);
    const auto c = std::get<pacer::slot>(p.acquire(p.join(now), now + 2s));
    p.give_back(c, now + 2s);
    EXPECT_EQ(entries[2].sent, 0);
  }
  // Killed with b in flight; the next process has another clock and looks ten seconds later.
  const time_point other{7h};
  pacer p(o, entries, other, 5'010s);
  EXPECT_EQ(entries[1].closed, 5'010'000'000'000);
  std::vector<duration> due;
  for (int i = 0; i < 3; ++i) due.push_back(p.due(p.join(other), other) - other);
  EXPECT_EQ(due, (std::vector<duration>{0s, 52s, 60s}));
}

TEST(PacerEntries, AreReusedOldestFirstAndNeverWhileHeld) {
  const auto o = with({{5, 10s}});
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  pacer p(o, entries, start, 1'000s);
  std::vector<std::pair<time_point, pacer::slot>> open;
  std::mt19937_64 rng(11);
  time_point now = start;
  std::vector<std::int64_t> closed_at;  // on the clock of the entries
  const auto there = [](time_point t) { return (t - start + 1'000s).count(); };
  for (int i = 0; i < 5'000; ++i) {
    const auto answer = p.acquire(p.join(now), now);
    if (const auto* s = std::get_if<pacer::slot>(&answer)) {
      p.sent(*s, now);
      open.emplace_back(now, *s);
    } else {
      p.leave(*p.head());
    }
    if (!open.empty() && rng() % 3 != 0) {  // any of them, so that some stay in flight for long
      const auto k = rng() % open.size();
      p.closed(open[k].second, now, rate_facts{}, 0);
      closed_at.push_back(there(now));
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
    }
    now += 1s * (rng() % 4);
    // All that is held stands in the entries.
    const auto in_flight =
        std::ranges::count_if(entries, [](auto& e) { return e.sent != 0 && e.closed == 0; });
    ASSERT_EQ(static_cast<std::size_t>(in_flight), open.size());
    const auto held = [&](std::int64_t at) { return at + 10'000'000'000 > there(now); };
    const auto kept =
        std::ranges::count_if(entries, [&](auto& e) { return e.closed != 0 && held(e.closed); });
    ASSERT_EQ(kept, std::ranges::count_if(closed_at, held));
  }
}

TEST(PacerEntries, TimesThatCannotBeCountAsNow) {
  const auto o = with({{4, 60s}});
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  entries[0] = {1, INT64_MAX};
  entries[1] = {-5, -7};
  entries[2] = {INT64_MIN, INT64_MIN};
  entries[3] = {INT64_MAX, 0};
  pacer p(o, entries, start, 100s);
  EXPECT_EQ(p.due(p.join(start), start), start + 60s);
}

TEST(PacerEntries, FullOnesBlockForOneWindow) {
  const auto o = with({{60, 60s}, {20, 10s}});
  const std::int64_t now = 1'000'000'000'000;
  std::vector<slot_entry> entries(pacer::entries_needed(o), slot_entry{now, now});
  pacer p(o, entries, start, 1'000s);
  const auto answer = p.acquire(p.join(start), start);
  EXPECT_EQ(std::get<time_point>(answer), start + 60s);
  EXPECT_TRUE(std::holds_alternative<pacer::slot>(p.acquire(*p.head(), start + 60s)));
}

TEST(PacerEntries, OfAWindowBeyondTheirBoundCountTheForgottenOnesAsYoungAsTheOldestKept) {
  const auto o = with({{3'000'000, 3600s}});
  ASSERT_EQ(pacer::entries_needed(o), std::size_t{1} << 20);
  std::vector<slot_entry> entries(std::size_t{1} << 20);
  std::int64_t at = 1'000'000'000'000;
  for (auto& e : entries) e = {at, at += 1'000'000};
  pacer p(o, entries, start, std::chrono::nanoseconds{at});
  // Full; the oldest kept is 1,048.575 s old, and with it all the forgotten ones go.
  const auto due = p.due(p.join(start), start) - start;
  EXPECT_GE(due, 3600s - 1049s);
  EXPECT_LE(due, 3600s - 1048s);
}

}  // namespace
}  // namespace pawl::policy
