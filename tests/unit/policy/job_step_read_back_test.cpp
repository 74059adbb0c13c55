// Reading back: what a read proves about a write whose answer is missing or contradicts, and about what an
// earlier run left.
#include "tests/unit/policy/job_step_walk.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace by_hand;
using namespace std::chrono_literals;

TEST(JobStepReading, JudgesANotReplaySafeJobByAReadAndNeverSendsItTwice) {
  struct {
    std::string shown;
    std::string said;
    outcome result;
  } const rows[] = {{wanted, "finish", outcome::applied},
                    {untouched, "sleep", outcome::applied},              // perhaps it is still on its way
                    {item("open", "a", 2), "finish", outcome::unknown},  // touched by somebody
                    {item("snoozed", "a", 2), "finish", outcome::unknown}};
  for (const auto& row : rows) {
    for (const auto fault : {transport_fault::reset, transport_fault::closed, transport_fault::malformed}) {
      walk w(true, false);
      w.read_and_send();
      ASSERT_EQ(w.broken(false, fault), "sleep");
      ASSERT_EQ(w.wake(), "read");
      ASSERT_EQ(w.read_shows(row.shown), row.said) << row.shown;
      if (row.said == "sleep") {
        // Proven not applied a time-out later: once more.
        ASSERT_EQ(w.wake(), "read");
        ASSERT_EQ(w.read_shows(row.shown), "queue");
        w.to_the_wire();
        ASSERT_EQ(w.write_answers(200, wanted), "finish");
      }
      EXPECT_EQ(w.result(), row.result);
    }
  }
}

TEST(JobStepReading, ARequestThatTimedOutIsReadOnceMoreBeforeItCountsAsNotApplied) {
  struct {
    std::string later;
    std::string said;
    outcome result;
  } const rows[] = {{wanted, "finish", outcome::applied}, {untouched, "queue", outcome::applied}};
  for (const auto& row : rows) {
    walk w(true, false);
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep");
    ASSERT_EQ(w.wake(), "read");
    const auto read_at = w.now;
    ASSERT_EQ(w.read_shows(untouched), "sleep");
    EXPECT_EQ(std::get<action::sleep>(w.next).until, read_at + 60s);
    ASSERT_EQ(w.wake(), "read");
    ASSERT_EQ(w.read_shows(row.later), row.said);
    if (row.said == "finish") {
      EXPECT_EQ(w.result(), row.result);
    }
  }
}

TEST(JobStepReading, DecidesByAReadWhenTheAttemptsAreUsedUp) {
  struct {
    std::string shown;
    outcome result;
  } const rows[] = {
      {wanted, outcome::applied}, {untouched, outcome::failed}, {item("snoozed", "a", 2), outcome::unknown}};
  for (const auto& row : rows) {
    walk w;
    w.options.retry.max_attempts = 2;
    w.read_and_send();
    ASSERT_EQ(w.write_answers(500), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(500), "sleep");
    ASSERT_EQ(w.wake(), "read");
    ASSERT_EQ(w.read_shows(row.shown), "finish");
    EXPECT_EQ(w.result(), row.result);
  }
}

TEST(JobStepReading, WithoutAReadBeforeNoReadCanProveAnything) {
  for (const bool replay_safe : {true, false}) {
    walk w(false, replay_safe);
    w.options.retry.max_attempts = 1;
    ASSERT_EQ(w.feed(event::started{}), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(500), "sleep");
    ASSERT_EQ(w.wake(), "read");
    ASSERT_EQ(w.read_shows(wanted), "finish");
    EXPECT_EQ(w.result(), outcome::unknown);
  }
}

TEST(JobStepReading, ReadsBackOnceAfterAContradiction) {
  struct {
    int status;
    std::string shown;
    outcome result;
  } const rows[] = {{200, wanted, outcome::applied},
                    {200, item("open", "a", 2), outcome::mismatch},
                    {404, "", outcome::mismatch}};
  for (const auto& row : rows) {
    walk w;
    w.read_and_send();
    ASSERT_EQ(w.write_answers(200, untouched), "read");
    ASSERT_EQ(w.answer(true, row.status, row.shown), "finish");
    EXPECT_EQ(w.result(), row.result);
    EXPECT_EQ(std::get<action::finish>(w.next).differing.has_value(), row.result == outcome::mismatch);
  }
}

TEST(JobStepReading, ReadsBackAfterAConflictAndAfterARefusalThatMayBeNews) {
  struct {
    int status;
    bool earlier_maybe;
    std::string shown;
    outcome result;
  } const rows[] = {
      {409, false, wanted, outcome::unchanged}, {409, false, untouched, outcome::refused},
      {409, true, wanted, outcome::applied},    {409, true, untouched, outcome::refused},
      {404, true, wanted, outcome::applied},    {403, true, item("snoozed", "a", 4), outcome::unknown}};
  for (const auto& row : rows) {
    walk w;
    w.read_and_send();
    if (row.earlier_maybe) {
      ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
      ASSERT_EQ(w.feed(event::woke{}), "queue");
      w.to_the_wire();
    }
    ASSERT_EQ(w.write_answers(row.status), "read") << row.status;
    ASSERT_EQ(w.read_shows(row.shown), "finish");
    EXPECT_EQ(w.result(), row.result) << row.status << row.shown;
  }
}

TEST(JobStepReading, JudgesWhatAnEarlierRunLeft) {
  const left_intent left{
      true, R"({"status":"open"})", R"({"status":"done"})", R"("2026-01-01T00:00:01Z")", {}};
  struct {
    bool replay_safe;
    std::string shown;
    std::string said;  // finish: `result`; queue: the job goes its ordinary way
    outcome result;
  } const rows[] = {{true, wanted, "finish", outcome::applied},
                    {false, wanted, "finish", outcome::applied},
                    {true, untouched, "queue", {}},
                    {false, untouched, "queue", {}},
                    {true, item("snoozed", "a", 5), "queue", {}},
                    {false, item("snoozed", "a", 5), "finish", outcome::unknown}};
  for (const auto& row : rows) {
    walk w(true, row.replay_safe, left);
    ASSERT_EQ(w.feed(event::started{}), "read");
    ASSERT_EQ(w.read_shows(row.shown), row.said) << row.replay_safe << row.shown;
    if (row.said == "finish") {
      EXPECT_EQ(w.result(), row.result);
    }
  }
}

// Whatever the time of day says, then and now.
TEST(JobStepReading, WhatACutOffRunSentMayStillBeOnItsWay) {
  left_intent left{true, R"({"status":"open"})", R"({"status":"done"})", R"("2026-01-01T00:00:01Z")", {}};
  const time_point restart{1000s};
  struct {
    duration proven_age, into_the_run, waits;
  } const rows[] = {{0s, 0s, 60s}, {0s, 5s, 55s}, {20s, 0s, 40s},
                    {50s, 5s, 5s}, {60s, 0s, 0s}, {0s, 60s, 0s}};
  for (const auto& row : rows) {
    left.sent_by = restart - row.proven_age;
    walk w(true, false, left);
    w.now = restart + row.into_the_run;
    w.wall = wall_time{24h * 365};
    ASSERT_EQ(w.feed(event::started{}), "read");
    ASSERT_EQ(w.read_shows(untouched), row.waits > 0s ? "sleep" : "queue");
    if (row.waits == 0s) continue;
    EXPECT_EQ(std::get<action::sleep>(w.next).until, w.now + row.waits);
    ASSERT_EQ(w.wake(), "read");
    ASSERT_EQ(w.read_shows(wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied);
  }
}

// Its age after a crash is that of the last sending.
TEST(JobStepReading, EverySendingOfAJobThatMustNotBeSentTwiceHasAnIntentOfItsOwn) {
  walk w(true, false);
  w.read_and_send();
  ASSERT_EQ(w.write_answers(429), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  EXPECT_TRUE(std::get<action::commit_intent>(w.next).replaces) << "nothing of the first was applied";
  ASSERT_EQ(w.feed(event::intent_committed{}), "send");

  walk safe(true, true);
  safe.read_and_send();
  ASSERT_EQ(safe.write_answers(429), "queue");
  ASSERT_EQ(safe.feed(event::near_due{}), "lease");
  ASSERT_EQ(safe.feed(event::leased{}), "grant");
  EXPECT_EQ(safe.feed(event::granted{}), "send");
}

TEST(JobStepReading, WhatArrivesAfterTheFirstLookIsStillOfThisJob) {
  const left_intent left{
      true, R"({"status":"open"})", R"({"status":"done"})", R"("2026-01-01T00:00:01Z")", {}};
  for (const bool has_precondition : {false, true}) {
    walk w(true, true, left);
    if (has_precondition) {
      w.expect = {{field_index{0}, "status", "\"open\""}};
      w.job.expect = w.expect;
      w.step->reset(w.job, left);
    }
    ASSERT_EQ(w.feed(event::started{}), "read");
    ASSERT_EQ(w.read_shows(untouched), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(w.read_shows(wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied) << "neither unchanged nor skipped";
  }
  for (const int status : {409, 422, 400, 403}) {
    walk w(true, true, left);
    ASSERT_EQ(w.feed(event::started{}), "read");
    ASSERT_EQ(w.read_shows(untouched), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(w.read_shows(untouched), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(status), "read");
    ASSERT_EQ(w.read_shows(wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied);
  }
}

TEST(JobStepReading, ARefusalOfTheBodyMayBeNewsToo) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
  ASSERT_EQ(w.feed(event::woke{}), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(422), "read");
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(JobStepReading, ANewPlanTakesTheIntentOfTheOldOneBack) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(429), "queue");
  w.now += 10s;
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(item("snoozed", "a", 2)), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  EXPECT_TRUE(std::get<action::commit_intent>(w.next).replaces);

  walk doubtful;
  doubtful.read_and_send();
  ASSERT_EQ(doubtful.broken(false, transport_fault::reset), "sleep");
  doubtful.now += 10s;
  ASSERT_EQ(doubtful.feed(event::woke{}), "queue");
  ASSERT_EQ(doubtful.feed(event::near_due{}), "read");
  ASSERT_EQ(doubtful.read_shows(item("snoozed", "a", 2)), "queue");
  ASSERT_EQ(doubtful.feed(event::near_due{}), "lease");
  ASSERT_EQ(doubtful.feed(event::leased{}), "grant");
  ASSERT_EQ(doubtful.feed(event::granted{}), "intent");
  EXPECT_FALSE(std::get<action::commit_intent>(doubtful.next).replaces) << "undo needs what it overwrote";
}

TEST(JobStepReading, IsLeftPendingWhenCancelledAtAnyStep) {
  const std::vector<step_event> way{event::started{}, event::near_due{}};
  for (std::size_t steps = 0; steps <= way.size() + 4; ++steps) {
    walk w;
    for (std::size_t i = 0; i < std::min(steps, way.size()); ++i) w.feed(way[i]);
    if (steps > 2) w.read_shows(untouched);
    if (steps > 3) w.feed(event::near_due{});
    if (steps > 4) w.feed(event::leased{});
    if (steps > 5) w.feed(event::granted{});
    ASSERT_EQ(w.feed(event::cancelled{}), "pending") << steps;
    EXPECT_EQ(std::get<action::leave_pending>(w.next).withdraw_intent, steps > 5) << steps;
  }
  // While an earlier attempt waits to be judged its intent stays: the next run judges it.
  walk w(true, false);
  w.read_and_send();
  ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.feed(event::cancelled{}), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(w.next).withdraw_intent);

  walk cut(true, false);
  cut.read_and_send();
  ASSERT_EQ(cut.broken(false, transport_fault::cancelled), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(cut.next).withdraw_intent);
}

TEST(JobStepReading, AnOutageDuringReadsChargesNothing) {
  walk w;
  w.feed(event::started{});
  std::string said = w.feed(event::near_due{});
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(said, "read");
    ASSERT_EQ(w.answer(true, 503, ""), "sleep");
    ++w.outages;
    said = w.wake();
    ASSERT_EQ(said, "queue");
    said = w.feed(event::near_due{});
  }
  ASSERT_EQ(w.read_shows(untouched), "queue");
}

}  // namespace
}  // namespace pawl::policy
