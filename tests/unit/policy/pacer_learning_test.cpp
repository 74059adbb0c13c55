// What replies teach the pacer: limits in headers, others who use the key.
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

// ---- what the API asked for ----

TEST(Pacer, APauseNamesTheHeaderThatAskedForIt) {
  struct row {
    const char* name;
    rate_facts facts;
    asking_header by;
  };
  auto ietf = throttled({}, 40s);
  ietf.is_ietf = true;
  auto by_rule = throttled({}, {});
  by_rule.fallback_wait = 60s;
  const row rows[] = {{"a rule's own time", by_rule, asking_header::rule},
                      {"Retry-After", throttled(18s, 40s), asking_header::retry_after},
                      {"a reset", throttled({}, 40s), asking_header::reset},
                      {"RateLimit", ietf, asking_header::rate_limit},
                      {"nothing was asked", throttled({}, {}), asking_header::none}};
  for (const auto& r : rows) {
    table t(with({{10, 60s}}));
    EXPECT_EQ(t.p.pause(t.now), std::nullopt) << r.name;
    t.reply(*t.send(), r.facts, 0.5);
    const auto pause = t.p.pause(t.now);
    ASSERT_TRUE(pause) << r.name;
    EXPECT_EQ(pause->by, r.by) << r.name;
    EXPECT_EQ(pause->until, *t.p.gated_until(t.now)) << r.name;
    EXPECT_EQ(t.p.pause(pause->until), std::nullopt) << r.name;
  }
}

TEST(Pacer, NothingLeftUntilAFarResetIsAPauseForThoseWhoWait) {
  table t(with({{10, 60s}}));
  t.reply(*t.send(), says(10, 0, 20h));
  EXPECT_EQ(t.p.pause(t.now), std::nullopt) << "nobody waits";
  const auto ticket = t.p.join(t.now);
  EXPECT_EQ(t.p.pause(t.now), (asked_pause{t.now + 20h, asking_header::reset}));
  t.p.leave(ticket);
}

// Its window is longer than ours, whoever used it up.
TEST(Pacer, NothingLeftUntilAResetBeyondTheWindowHoldsUntilThen) {
  struct row {
    const char* name;
    std::vector<rate_window> windows;
    rate_facts facts;
    duration waits;
  };
  const row rows[] = {{"all of it ours", {{1, 60s}}, says(1, 0, 20min), 20min},
                      {"with others", {{10, 60s}}, says(10, 0, 20min), 20min},
                      {"a limit that is not configured", {{10, 60s}}, says(5'000, 0, 20min), 20min},
                      {"no limit is configured", {}, says(5'000, 0, 20min), 20min},
                      {"within the window our own slots say it", {{1, 60s}}, says(1, 0, 10s), 60s},
                      {"something is left", {{10, 60s}}, says(5'000, 1, 20min), 0s},
                      {"a limit of nothing is none", {{10, 60s}}, says(0, 0, 20min), 0s}};
  for (const auto& r : rows) {
    table t(with(r.windows));
    t.reply(*t.send(), r.facts);
    EXPECT_EQ(t.wait(), r.waits) << r.name;
    EXPECT_FALSE(t.p.pause(t.now)) << r.name;
    const auto ticket = t.p.join(t.now);
    EXPECT_EQ(t.p.pause(t.now).has_value(), r.waits == 20min) << r.name;
    EXPECT_EQ(t.p.due(ticket, t.now), t.now + r.waits) << r.name;
    t.p.leave(ticket);
  }
}

TEST(Pacer, TheConfiguredLimitsAskForNoPause) {
  table t(with({{3, 60s}}));
  for (int i = 0; i < 3; ++i) t.reply(*t.send(), says(3, static_cast<std::uint64_t>(2 - i), 60s));
  const auto ticket = t.p.join(t.now);
  EXPECT_EQ(t.p.due(ticket, t.now), t.now + 60s);
  EXPECT_EQ(t.p.pause(t.now), std::nullopt);
}

TEST(Pacer, ASmallerLimitOfTheApiIsAPauseOfItsOwn) {
  table t(with({{10, 60s}}));
  auto facts = says(2, 1, 3600s);
  facts.window = 3600s;
  t.reply(*t.send(), facts);
  t.reply(*t.send(), facts);
  const auto ticket = t.p.join(t.now);
  EXPECT_EQ(t.p.pause(t.now), (asked_pause{t.now + 3600s, asking_header::reset}));
  t.p.leave(ticket);
}

// ---- other limits than the configured ones ----

TEST(Pacer, AnotherLimitForAConfiguredWindowIsToldOnce) {
  struct row {
    const char* name;
    std::uint64_t limit;
    duration window;
    std::optional<contradiction> told;
  };
  const row rows[] = {
      {"the same", 100, 1s, {}},
      {"lower", 50, 1s, contradiction{{100, 1s}, {50, 1s}}},
      {"higher", 200, 1s, contradiction{{100, 1s}, {200, 1s}}},
      {"of a window that is not configured", 50, 10s, {}},
      {"of the other window", 900, 60s, contradiction{{1'000, 60s}, {900, 60s}}},
      {"nothing at all", 0, 1s, {}},
  };
  for (const auto& r : rows) {
    table t(with({{100, 1s}, {1'000, 60s}}));
    for (int i = 0; i < 3; ++i) {
      auto facts = says(r.limit, r.limit, 1s);
      facts.window = r.window;
      t.reply(*t.send(), facts);
    }
    EXPECT_EQ(t.p.take_contradiction(), r.told) << r.name;
    EXPECT_EQ(t.p.take_contradiction(), std::nullopt) << r.name;
  }
}

TEST(Pacer, TheLengthOfAnUnnamedWindowShowsInItsResets) {
  struct row {
    const char* name;
    int window_s;
    bool told;
  };
  // Limits of 30 against 60/min; a reply every five seconds for five minutes, beginning shortly before a
  // reset.
  const row rows[] = {
      {"a minute", 60, true}, {"an hour, about to begin anew", 3600, false}, {"ten seconds", 10, false}};
  for (const auto& r : rows) {
    table t(with({{60, 60s}}));
    for (int s = r.window_s - 20; s < r.window_s + 280; s += 5) {
      t.now = start + 1s * s;
      if (const auto slot = t.send()) t.reply(*slot, says(30, 29, 1s * (r.window_s - s % r.window_s)));
    }
    EXPECT_EQ(t.p.take_contradiction().has_value(), r.told) << r.name;
  }
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
  EXPECT_EQ(t.p.phantoms(), 0u);  // that is nobody else's use
  EXPECT_TRUE(t.burst(4));
  EXPECT_EQ(t.wait(), 20s);
  t.now += 20s;  // it has reset, and no reply has confirmed it since
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

}  // namespace
}  // namespace pawl::policy
