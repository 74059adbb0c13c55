#include "engine/policy/breaker.hpp"

#include <gtest/gtest.h>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using circuit = breaker::circuit;
using admission = breaker::admission;
constexpr auto reading = breaker::request::read;
constexpr auto writing = breaker::request::write;
using sign = breaker::sign;

struct held {
  breaker b{{}};
  time_point now{1000s};
  std::uint64_t id = 0;
  void fail(int times, breaker::request kind = writing) {
    for (int i = 0; i < times; ++i) b.on_attempt(kind, sign::outage, ++id, now);
  }
  // Up to the next probe, and its answer.
  void probe(bool answered) {
    now = *b.next_probe();
    b.begin_probe();
    EXPECT_FALSE(b.next_probe());
    b.on_probe(answered, now);
  }
};

TEST(Breaker, OpensAfterFiveFailuresInARow) {
  held h;
  h.fail(4);
  h.b.on_attempt(writing, sign::life, 0, h.now);
  h.fail(4);
  EXPECT_EQ(h.b.state(), circuit::closed);
  EXPECT_EQ(h.b.admit(), admission::free);
  h.fail(1);
  EXPECT_EQ(h.b.state(), circuit::open);
  EXPECT_EQ(h.b.admit(), admission::wait);
  EXPECT_EQ(h.b.next_probe(), h.now + 1s);
  EXPECT_EQ(h.b.opened_at(), h.now);
}

TEST(Breaker, AnsweredReadsDoNotHideThatWritesFail) {
  held h;
  for (int i = 0; i < 5; ++i) {
    h.b.on_attempt(reading, sign::life, 0, h.now);
    h.fail(1);
  }
  EXPECT_EQ(h.b.state(), circuit::open);
  h.b.on_attempt(reading, sign::life, 0, h.now);
  EXPECT_EQ(h.b.state(), circuit::open);
  h.b.on_attempt(writing, sign::life, 0, h.now);
  EXPECT_EQ(h.b.state(), circuit::closed);
}

TEST(Breaker, LetsOneJobTryAfterAnAnsweredProbe) {
  held h;
  h.fail(5);
  h.probe(true);
  EXPECT_EQ(h.b.state(), circuit::half_open);
  EXPECT_EQ(h.b.outages(), 0u) << "the first probe was answered: that was no outage";
  EXPECT_EQ(h.b.admit(), admission::trial);
  EXPECT_EQ(h.b.admit(), admission::wait);
  h.b.abandon_trial();
  EXPECT_EQ(h.b.admit(), admission::trial);
  h.b.on_trial(sign::life, h.now);
  EXPECT_EQ(h.b.state(), circuit::closed);
  h.fail(4);
  EXPECT_EQ(h.b.state(), circuit::closed) << "counting begins anew";
}

TEST(Breaker, AFailedProbeOrTrialConfirmsAnOutageOnce) {
  held h;
  h.fail(5);
  h.probe(false);
  EXPECT_EQ(h.b.outages(), 1u);
  h.probe(false);
  EXPECT_EQ(h.b.outages(), 1u);
  h.probe(true);
  ASSERT_EQ(h.b.admit(), admission::trial);
  h.b.on_trial(sign::outage, h.now);
  EXPECT_EQ(h.b.state(), circuit::open);
  EXPECT_EQ(h.b.outages(), 1u);
  h.probe(true);
  ASSERT_EQ(h.b.admit(), admission::trial);
  h.b.on_trial(sign::life, h.now);
  h.fail(5);
  h.probe(true);
  ASSERT_EQ(h.b.admit(), admission::trial);
  h.b.on_trial(sign::outage, h.now);
  EXPECT_EQ(h.b.outages(), 2u) << "the trial of another opening";
}

// Down for a minute: noticed within 5 s of the return. Down for hours: a probe a minute.
TEST(Breaker, ProbesOftenAtFirstAndOnceAMinuteInTheEnd) {
  held h;
  h.fail(5);
  const auto down = h.now;
  int probes = 0;
  auto longest_before_a_minute = 0ns;
  while (h.now - down < 1h) {
    const auto before = h.now;
    h.probe(false);
    ++probes;
    EXPECT_GE(h.now - before, 1s);
    EXPECT_LE(h.now - before, 60s);
    if (before - down <= 60s) longest_before_a_minute = std::max(longest_before_a_minute, h.now - before);
  }
  EXPECT_LE(longest_before_a_minute, 5s);
  EXPECT_LE(probes, 130);
}

TEST(Breaker, WithoutAProbeAJobsOwnAttemptAsks) {
  breaker_options options;
  options.has_probe = false;
  breaker b(options);
  time_point now{1000s};
  for (std::uint64_t i = 0; i < 5; ++i) b.on_attempt(writing, sign::outage, i, now);
  b.begin_probe();
  EXPECT_EQ(b.state(), circuit::half_open);
  ASSERT_EQ(b.admit(), admission::trial);
  b.on_trial(sign::outage, now);
  EXPECT_EQ(b.state(), circuit::open);
  EXPECT_EQ(b.outages(), 1u);
}

TEST(Breaker, LateRepliesOfWhatWasUnderWay) {
  held h;
  h.fail(5);
  const auto due = h.b.next_probe();
  h.fail(10);
  EXPECT_EQ(h.b.next_probe(), due) << "late failures say nothing new";
  h.probe(true);
  h.fail(10);
  EXPECT_EQ(h.b.state(), circuit::half_open);
  h.b.on_attempt(writing, sign::life, 0, h.now);
  EXPECT_EQ(h.b.state(), circuit::closed) << "a late success does";
}

TEST(Breaker, OneBadRowIsNoOutage) {
  for (const auto kind : {reading, writing}) {
    held h;
    for (int i = 0; i < 20; ++i) h.b.on_attempt(kind, sign::outage, 7, h.now);
    EXPECT_EQ(h.b.state(), circuit::closed);
    // The probe is asked, and nobody waits for it.
    ASSERT_TRUE(h.b.next_probe());
    EXPECT_EQ(h.b.admit(), admission::free);
    h.b.begin_probe();
    EXPECT_FALSE(h.b.next_probe());
    h.b.on_probe(true, h.now);
    EXPECT_EQ(h.b.state(), circuit::closed);
    EXPECT_FALSE(h.b.next_probe());
    h.b.on_attempt(kind, sign::outage, 8, h.now);
    EXPECT_EQ(h.b.state(), circuit::open) << "another row fails as well";
  }
}

TEST(Breaker, OneRowIsAnOutageWhereReadsFailAsWell) {
  held by_a_read;
  by_a_read.b.on_attempt(reading, sign::outage, 7, by_a_read.now);
  for (int i = 0; i < 5; ++i) by_a_read.b.on_attempt(writing, sign::outage, 7, by_a_read.now);
  EXPECT_EQ(by_a_read.b.state(), circuit::open);

  held by_the_probe;
  for (int i = 0; i < 5; ++i) by_the_probe.b.on_attempt(writing, sign::outage, 7, by_the_probe.now);
  by_the_probe.b.begin_probe();
  by_the_probe.b.on_probe(false, by_the_probe.now);
  EXPECT_EQ(by_the_probe.b.state(), circuit::open);
  EXPECT_EQ(by_the_probe.b.outages(), 1u);
}

TEST(Breaker, WithoutAProbeOneRowNeverOpensIt) {
  breaker_options options;
  options.has_probe = false;
  breaker b(options);
  for (int i = 0; i < 20; ++i) b.on_attempt(writing, sign::outage, 7, time_point{1000s});
  EXPECT_EQ(b.state(), circuit::closed);
  EXPECT_FALSE(b.next_probe());
}

TEST(Breaker, ForeignRepliesOpenItAndAnAnsweredProbeMakesThemTheRowsOwn) {
  struct {
    bool has_probe;
    circuit after;
  } const rows[] = {{true, circuit::closed}, {false, circuit::open}};
  for (const auto& row : rows) {
    breaker_options options;
    options.has_probe = row.has_probe;
    breaker b(options);
    time_point now{1000s};
    for (std::uint64_t i = 0; i < 5; ++i) b.on_attempt(writing, sign::foreign, i, now);
    ASSERT_EQ(b.state(), circuit::open);
    b.begin_probe();
    if (row.has_probe) b.on_probe(true, now);
    ASSERT_EQ(b.admit(), admission::trial);
    b.on_trial(sign::foreign, now);
    EXPECT_EQ(b.state(), row.after);
  }
}

}  // namespace
}  // namespace pawl::policy
