#include "engine/policy/probe_schedule.hpp"

#include <gtest/gtest.h>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
constexpr time_point probe_start{1000s};
constexpr auto nobody = time_point::max();

breaker opened(bool has_probe = true) {
  breaker held(breaker_options::of(5, has_probe));
  for (std::uint64_t id = 1; id <= 5; ++id)
    held.on_attempt(request_kind::write, breaker::sign::outage, id, probe_start);
  return held;
}

TEST(ProbeSchedule, AsksForTheBreakerWhenItsProbeIsDue) {
  auto held = opened();
  probe_schedule schedule;
  EXPECT_FALSE(schedule.is_due(probe_start + 999ms, held, nobody));
  EXPECT_TRUE(schedule.is_due(probe_start + 1s, held, nobody));
  const auto question = schedule.begin(probe_start + 1s, held, nobody);
  EXPECT_TRUE(question.for_breaker);
  EXPECT_FALSE(question.for_proof);
  EXPECT_FALSE(question.let_job_try);
  EXPECT_FALSE(schedule.is_due(probe_start + 1h, held, nobody)) << "it is under way";
}

TEST(ProbeSchedule, WithoutAProbeAJobTries) {
  auto held = opened(false);
  probe_schedule schedule;
  ASSERT_TRUE(schedule.is_due(probe_start + 1s, held, nobody));
  const auto question = schedule.begin(probe_start + 1s, held, nobody);
  EXPECT_FALSE(question.is_asked());
  EXPECT_TRUE(question.let_job_try);
  EXPECT_EQ(held.state(), breaker::circuit::half_open);
}

TEST(ProbeSchedule, AsksForAProofLaterAndLaterUntilItIsThere) {
  breaker held{{}};
  probe_schedule schedule;
  const retry_options retry;
  EXPECT_FALSE(schedule.is_due(probe_start, held, nobody));
  EXPECT_FALSE(schedule.is_due(probe_start, held, probe_start + 1ns));
  auto now = probe_start;
  for (const duration pause : {1s, 2s, 4s, 8s}) {
    EXPECT_TRUE(schedule.is_due(now, held, probe_start));
    const auto question = schedule.begin(now, held, probe_start);
    EXPECT_TRUE(question.for_proof);
    EXPECT_FALSE(question.for_breaker);
    EXPECT_FALSE(question.let_job_try);
    schedule.answered(false, now, retry);
    EXPECT_FALSE(schedule.is_due(now + pause - 1us, held, probe_start));
    now += pause;
  }
  schedule.answered(true, now, retry);
  EXPECT_TRUE(schedule.is_due(now, held, now)) << "the next one is asked for at once";
  schedule.answered(false, now, retry);
  EXPECT_TRUE(schedule.is_due(now + 1s, held, now)) << "and begins with the first pause again";
}

TEST(ProbeSchedule, OneRequestServesBoth) {
  auto held = opened();
  probe_schedule schedule;
  const auto question = schedule.begin(probe_start + 1s, held, probe_start);
  EXPECT_TRUE(question.for_breaker);
  EXPECT_TRUE(question.for_proof);
}

TEST(ProbeSchedule, TheBreakerOpensBeforeOneJobUsesItsAttemptsUp) {
  EXPECT_EQ(breaker_options::of(3, true).threshold, 3u);
  EXPECT_EQ(breaker_options::of(6, true).threshold, 5u);
  EXPECT_TRUE(breaker_options::of(6, true).has_probe);
  EXPECT_FALSE(breaker_options::of(6, false).has_probe);
}

}  // namespace
}  // namespace pawl::policy
