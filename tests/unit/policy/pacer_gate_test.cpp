// The gate that a throttled reply closes: for how long, and what opens it.
#include "tests/unit/policy/pacer_table.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace pawl::policy {
namespace {

using namespace by_hand;
using namespace std::chrono_literals;

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
      {"a wait of nothing is none: the reset counts", throttled(0s, 40s), 0.5, 40s + 250ms},
      {"or the backoff", throttled(0s, {}), 0.5, 500ms},
      {"a shorter wait does not shorten it", throttled(1ms, {}), 0.5, 500ms},
      {"nor does a shorter reset", throttled({}, 1ms), 0.5, 500ms},
      {"and jitter comes on top of a short one too", throttled(400ms, {}), 0.5, 650ms},
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

TEST(Pacer, AServerThatAlwaysSaysAtOnceIsBackedOffFrom) {
  table t(with({}));
  for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
    t.reply(*t.send(), throttled(0s, {}), 0.999);
    EXPECT_EQ(t.wait(), 1ms * (999 * seconds));
    t.now += 61s;
  }
}

TEST(Pacer, GatesOnlyMoveLater) {
  table t(with({}));
  const auto a = t.send(), b = t.send();
  t.reply(*a, throttled(10s, {}));
  t.reply(*b, throttled(5s, {}));
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

TEST(Pacer, ARuleMayNameTheWaitAndWhichHeadersCount) {
  struct row {
    const char* name;
    std::optional<duration> retry_after, reset_in;
    bool by_retry_after, by_reset;
    duration first, second;
  };
  const row rows[] = {
      {"no header says it: doubled while it repeats", {}, {}, true, true, 60s, 120s},
      {"a header says it", 5s, {}, true, true, 5s, 5s},
      {"a reset says it", {}, 40s, true, true, 40s, 40s},
      {"a reset that the rule does not name", {}, 40s, true, false, 60s, 120s},
      {"no header counts", 5s, 40s, false, false, 60s, 120s},
      {"a header that says at once", 0s, {}, true, true, 60s, 120s},
  };
  for (const auto& r : rows) {
    table t(with({}));
    auto f = throttled(r.retry_after, r.reset_in);
    f.waits_for_retry_after = r.by_retry_after;
    f.waits_for_reset = r.by_reset;
    f.fallback_wait = 60s;
    t.reply(*t.send(), f);
    EXPECT_EQ(t.wait(), r.first) << r.name;
    t.now += r.first + 1s;
    t.reply(*t.send(), f, 0.5);
    EXPECT_EQ(t.wait(), r.second + 250ms) << r.name;
    t.now += r.second + 1s;
    t.reply(*t.send());
    t.now += 1s;
    t.reply(*t.send(), f);
    EXPECT_EQ(t.wait(), r.first) << "a success ends it: " << r.name;
  }
  table t(with({}));
  auto f = throttled({}, {});
  f.fallback_wait = 10h;
  for (const auto waits : {10h, 20h, 24h, 24h}) {
    t.reply(*t.send(), f);
    EXPECT_EQ(t.wait(), waits);
    t.now += waits + 1s;
  }
}

}  // namespace
}  // namespace pawl::policy
