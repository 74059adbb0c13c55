#include "engine/policy/concurrency_limit.hpp"

#include "tests/unit/policy/concurrency_simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using request = concurrency_limit::request;

// ---- scenarios ----

std::vector<std::filesystem::path> scenario_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(PAWL_CONCURRENCY_SCENARIOS))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

class ConcurrencyScenario : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(ConcurrencyScenario, StaysWithinWhatIsExpected) {
  const auto scenario = simulated::read_scenario(GetParam());
  for (int seed = 1; seed <= scenario.seeds; ++seed) {
    const auto ended = simulated::simulate(scenario, static_cast<std::uint64_t>(seed));
    EXPECT_EQ(ended.failed_jobs, 0u) << "seed " << seed;
    EXPECT_LE(ended.highest_limit, scenario.most) << "seed " << seed;
    for (std::size_t k = 0; k < scenario.stages.size(); ++k) {
      const auto& expected = scenario.stages[k];
      const auto& seen = ended.stages[k];
      EXPECT_GE(seen.limit, expected.limit_from) << "stage " << k << ", seed " << seed;
      EXPECT_LE(seen.limit, expected.limit_to) << "stage " << k << ", seed " << seed;
      EXPECT_GE(seen.throughput, expected.share * seen.best) << "stage " << k << ", seed " << seed;
      EXPECT_LE(seen.refused, expected.refused) << "stage " << k << ", seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Policy, ConcurrencyScenario, ::testing::ValuesIn(scenario_files()),
                         [](const auto& file) { return file.param.stem().string(); });

// ---- by hand ----

// A whole round at the limit, all replies after `took`.
struct by_hand {
  explicit by_hand(std::uint32_t most) : limit(most) {}

  std::vector<concurrency_limit::mark> send(std::uint32_t count) {
    std::vector<concurrency_limit::mark> sent;
    for (std::uint32_t k = 0; k < count; ++k) sent.push_back(limit.sent(now));
    return sent;
  }
  void end(const std::vector<concurrency_limit::mark>& sent, load_sign sign) {
    for (const auto& m : sent) limit.replied(m, request::write, sign, now);
  }
  void serve(std::uint32_t at_once, duration took, int times = 1) {
    for (int k = 0; k < times; ++k) {
      const auto sent = send(at_once);
      now += took;
      end(sent, load_sign::served);
    }
  }
  void grow_to(std::uint32_t wanted) {
    for (int k = 0; k < 1000 && limit.limit() < wanted; ++k) serve(limit.limit(), 100ms);
    ASSERT_GE(limit.limit(), wanted);
  }

  concurrency_limit limit;
  time_point now{1h};
};

TEST(ConcurrencyLimit, StartsAtOneAndDoublesWhileNothingQueues) {
  by_hand h(512);
  EXPECT_EQ(h.limit.limit(), 1u);
  h.serve(1, 100ms, 8);
  EXPECT_EQ(h.limit.limit(), 2u);
  h.serve(2, 100ms, 4);
  EXPECT_EQ(h.limit.limit(), 4u);
  h.serve(4, 100ms, 2);
  EXPECT_EQ(h.limit.limit(), 8u);
}

TEST(ConcurrencyLimit, NeverLeavesItsBounds) {
  by_hand h(5);
  h.grow_to(5);
  h.serve(5, 100ms, 100);
  EXPECT_LE(h.limit.limit(), 5u);
  for (int k = 0; k < 50; ++k) {
    const auto sent = h.send(h.limit.limit());
    h.now += 100ms;
    h.end(sent, load_sign::overload);
    EXPECT_GE(h.limit.limit(), 1u);
  }
  EXPECT_EQ(h.limit.limit(), 1u);
  EXPECT_EQ(h.limit.in_flight(), 0u);
}

TEST(ConcurrencyLimit, DoesNotGrowBeyondWhatWasNeeded) {
  by_hand h(512);
  h.grow_to(8);
  const auto before = h.limit.limit();
  h.serve(before / 2 - 1, 100ms, 200);
  EXPECT_EQ(h.limit.limit(), before);
}

TEST(ConcurrencyLimit, GoesBelowTheLowestLevelThatWasRefused) {
  by_hand h(512);
  h.grow_to(32);
  // Of 32, the server takes 20. The refusals come in any order and are one event.
  const auto sent = h.send(32);
  h.now += 100ms;
  for (std::size_t k = 0; k < 20; ++k) h.limit.replied(sent[k], request::write, load_sign::served, h.now);
  for (const std::size_t k : {25, 31, 20, 28, 30, 21, 22, 23, 24, 26, 27, 29})
    h.limit.replied(sent[k], request::write, load_sign::overload, h.now);
  EXPECT_EQ(h.limit.limit(), 20u);
}

TEST(ConcurrencyLimit, ARefusalHalvesItAtMost) {
  by_hand h(512);
  h.grow_to(32);
  const auto sent = h.send(32);
  h.now += 100ms;
  h.end(sent, load_sign::overload);
  EXPECT_EQ(h.limit.limit(), 16u);
}

TEST(ConcurrencyLimit, HoldsACeilingForFifteenSecondsThenTriesOneMore) {
  by_hand h(512);
  h.grow_to(32);
  auto sent = h.send(21);
  h.now += 100ms;
  for (std::size_t k = 0; k < 20; ++k) h.limit.replied(sent[k], request::write, load_sign::served, h.now);
  h.limit.replied(sent[20], request::write, load_sign::overload, h.now);
  ASSERT_EQ(h.limit.limit(), 20u);
  const auto lowered = h.now;
  std::uint32_t highest = 0;
  while (h.now < lowered + 14s) {
    h.serve(h.limit.limit(), 100ms);
    highest = std::max(highest, h.limit.limit());
  }
  EXPECT_EQ(highest, 20u);
  for (int k = 0; k < 1000 && h.limit.limit() <= 20; ++k) h.serve(h.limit.limit(), 100ms);
  EXPECT_EQ(h.limit.limit(), 21u);
  EXPECT_GE(h.now - lowered, 15s);
}

TEST(ConcurrencyLimit, ALone503IsNoLimitButAThrottledReplyIs) {
  for (const auto sign : {load_sign::maybe, load_sign::overload}) {
    by_hand h(16);
    h.grow_to(16);
    h.serve(16, 100ms, 60);
    while (h.limit.limit() < 16) h.serve(h.limit.limit(), 100ms);  // a probe may be under way
    auto sent = h.send(12);
    h.now += 100ms;
    const auto last = sent.back();
    sent.pop_back();
    h.end(sent, load_sign::served);
    h.limit.replied(last, request::write, sign, h.now);
    if (sign == load_sign::maybe)
      EXPECT_EQ(h.limit.limit(), 16u);
    else
      EXPECT_EQ(h.limit.limit(), 11u);
  }
}

TEST(ConcurrencyLimit, OtherEndingsSayNothing) {
  by_hand h(512);
  h.grow_to(8);
  for (int k = 0; k < 100; ++k) {
    const auto sent = h.send(8);
    h.now += 1ms;
    h.end(sent, load_sign::other);
  }
  EXPECT_EQ(h.limit.limit(), 8u);
  EXPECT_EQ(h.limit.in_flight(), 0u);
}

// ---- what replies say ----

TEST(LoadSign, OnlyWhatSpeaksOfTheLoadIsCounted) {
  const auto answered = [](int status) {
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.status = status;
    return fact;
  };
  const auto broken = [](phase reached, transport_fault fault) {
    attempt_fact fact;
    fact.reached = reached;
    fact.fault = fault;
    return fact;
  };
  const struct {
    attempt_fact fact;
    load_sign expected;
  } rows[] = {
      {answered(200), load_sign::served},
      {answered(204), load_sign::served},
      {answered(429), load_sign::overload},
      {answered(503), load_sign::maybe},
      {answered(504), load_sign::maybe},
      {answered(500), load_sign::other},
      {answered(502), load_sign::other},
      {answered(404), load_sign::served},  // it was worked on
      {answered(422), load_sign::served},
      {answered(401), load_sign::other},
      {broken(phase::maybe_applied, transport_fault::timeout), load_sign::overload},
      {broken(phase::maybe_applied, transport_fault::reset), load_sign::other},
      {broken(phase::maybe_applied, transport_fault::cancelled), load_sign::other},
      {broken(phase::not_sent, transport_fault::connect), load_sign::other},
  };
  const api::profile profile;
  reply_signs own;
  own.enveloped = true;
  for (const auto& row : rows)
    EXPECT_EQ(load_sign_of(judge(profile, row.fact, own, true), row.fact), row.expected)
        << row.fact.status << ' ' << to_string(row.fact.fault);
  EXPECT_EQ(load_sign_of(judge(profile, answered(404), {}, true), answered(404)), load_sign::other)
      << "nobody knows who answered";
}

}  // namespace
}  // namespace pawl::policy
