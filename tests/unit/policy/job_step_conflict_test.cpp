// What the step does where a guard of its write did not hold.
#include "tests/unit/policy/job_step_walk.hpp"

#include <array>
#include <string>
#include <utility>

namespace pawl::policy {
namespace {

using namespace by_hand;

// The API takes no write that does not name the stamp of the resource.
api::profile guarded() {
  auto p = shown_profile();
  p.write.headers = {{"X-If-Stamp", {{api::hole::was, "", *parse_json_path("updated_at")}}}};
  return p;
}

const std::string edited = item("open", "b", 2);  // by somebody else
const std::string said_moved = R"({"error":{"code":"moved","message":"the stamp has moved on"}})";

// From the pause after a conflict to the read of the new plan.
void read_afresh(walk& w) {
  ASSERT_EQ(w.wake(), "queue");
  EXPECT_EQ(std::get<action::queue_for_write>(w.next).lead, 2s);
  ASSERT_EQ(w.feed(event::near_due{}), "read");
}

TEST(Conflict, TheJobGoesBackToItsReadAndIsPlannedAfresh) {
  for (const int status : {409, 412})
    for (const bool replay_safe : {true, false}) {
      walk w(guarded(), true, replay_safe);
      w.read_and_send();
      ASSERT_EQ(w.write_answers(status, said_moved), "sleep");
      EXPECT_EQ(w.step->last().is, api::verdict::conflict);
      EXPECT_TRUE(w.step->last().charges_attempt);
      EXPECT_FALSE(w.step->last().outage || w.step->last().foreign);
      // The plan is still young, and not used again.
      EXPECT_LT(std::get<action::sleep>(w.next).until - w.now, w.options.max_read_age);
      read_afresh(w);
      ASSERT_EQ(w.read_shows(edited), "queue");
      ASSERT_EQ(w.feed(event::near_due{}), "lease");
      ASSERT_EQ(w.feed(event::leased{}), "grant");
      ASSERT_EQ(w.feed(event::granted{}), "intent");
      const auto intent = std::get<action::commit_intent>(w.next);
      EXPECT_TRUE(intent.replaces);  // nothing of the first was applied
      EXPECT_EQ(intent.updated_at, R"("2026-01-01T00:00:02Z")");
      ASSERT_EQ(w.feed(event::intent_committed{}), "send");
      ASSERT_EQ(w.write_answers(200, item("done", "b", 3)), "finish");
      EXPECT_EQ(w.result(), outcome::applied);
      EXPECT_EQ(w.step->attempts(), 2u);
    }
}

TEST(Conflict, PreconditionsAndNeedlessWritesAreLookedAtAnew) {
  walk tested(guarded());
  tested.expect_status(R"("open")");
  tested.read_and_send();
  ASSERT_EQ(tested.write_answers(409, said_moved), "sleep");
  read_afresh(tested);
  ASSERT_EQ(tested.read_shows(item("closed", "a", 2)), "finish");
  EXPECT_EQ(tested.result(), outcome::skipped);
  walk w(guarded());
  w.read_and_send();
  ASSERT_EQ(w.write_answers(409, said_moved), "sleep");
  read_afresh(w);
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::unchanged);
}

// Six writes that somebody else was faster than.
void use_attempts_up(walk& w) {
  w.read_and_send();
  for (std::uint32_t n = 1; n < w.options.retry.max_attempts; ++n) {
    ASSERT_EQ(w.write_answers(409, said_moved), "sleep") << n;
    read_afresh(w);
    ASSERT_EQ(w.read_shows(item("open", "a", static_cast<int>(n) + 1)), "queue") << n;
    w.to_the_wire();
  }
  ASSERT_EQ(w.write_answers(409, said_moved), "read");
}

TEST(Conflict, WithItsAttemptsUsedUpTheRowIsRefusedInTheApisWords) {
  struct row {
    const char* name;
    int status;
    std::string shows;
    outcome result;
  };
  const row rows[] = {
      {"as it was", 200, item("open", "a", 7), outcome::refused},
      {"done by somebody", 200, item("done", "a", 8), outcome::unchanged},
      {"gone", 404, "", outcome::refused},
  };
  for (const auto& r : rows) {
    walk w(guarded());
    use_attempts_up(w);
    ASSERT_EQ(w.answer(true, r.status, r.shows), "finish") << r.name;
    EXPECT_EQ(w.result(), r.result) << r.name;
    EXPECT_EQ(w.note().http_status, 409) << r.name;
    EXPECT_EQ(w.note().code, "moved") << r.name;
    EXPECT_EQ(w.note().message, "the stamp has moved on") << r.name;
    EXPECT_EQ(w.step->attempts(), w.options.retry.max_attempts) << r.name;
  }
}

TEST(Conflict, ThePausesGrow) {
  walk w(guarded());
  w.read_and_send();
  duration last{};
  for (int n = 0; n < 4; ++n) {
    ASSERT_EQ(w.write_answers(409, said_moved), "sleep");
    const auto pause = std::get<action::sleep>(w.next).until - w.now;
    EXPECT_GT(pause, last);
    last = pause;
    read_afresh(w);
    ASSERT_EQ(w.read_shows(edited), "queue");
    w.to_the_wire();
  }
}

// Our own first try may be what has moved the stamp: the read tells, and nothing is sent a third time blind.
TEST(Conflict, AfterAnAttemptThatMayHaveBeenAppliedTheReadDecides) {
  struct row {
    const char* name;
    std::string shows;
    const char* then;
    outcome result = outcome::applied;
  };
  const row rows[] = {
      {"it was applied", wanted, "finish"},
      {"it was applied, and somebody has edited another field", item("done", "b", 3), "finish"},
      {"it was not", edited, "queue"},
      {"somebody has set another value", item("closed", "a", 3), "queue"},
  };
  for (const auto& r : rows) {
    walk w(guarded());
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep") << r.name;
    // The same write once more, under the same guard.
    ASSERT_EQ(w.wake(), "queue") << r.name;
    EXPECT_EQ(std::get<action::queue_for_write>(w.next).lead, 500ms) << r.name;
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(409, said_moved), "sleep") << r.name;
    read_afresh(w);
    ASSERT_EQ(w.read_shows(r.shows), r.then) << r.name;
    EXPECT_EQ(w.step->attempts(), 2u) << r.name;
    if (std::string_view{r.then} == "finish") {
      EXPECT_EQ(w.result(), r.result) << r.name;
      continue;
    }
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(200, item("done", "a", 4)), "finish") << r.name;
    EXPECT_EQ(w.result(), outcome::applied) << r.name;
  }
}

// A message that is sent twice arrives twice, also where the guard's stamp counts seconds and has not moved.
TEST(Conflict, WhatMustNotBeSentTwiceIsLookedForFirst) {
  struct row {
    const char* name;
    std::string shows;
    const char* then;
    outcome result = outcome::applied;
  };
  const row rows[] = {
      {"applied", wanted, "finish"},
      {"untouched, yet perhaps only so far", untouched, "sleep"},
      {"nobody can tell", edited, "finish", outcome::unknown},
  };
  for (const auto& r : rows) {
    walk w(guarded(), true, false);
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep") << r.name;
    ASSERT_EQ(w.wake(), "read") << r.name;
    ASSERT_EQ(w.read_shows(r.shows), r.then) << r.name;
    if (std::string_view{r.then} == "finish") {
      EXPECT_EQ(w.result(), r.result) << r.name;
    }
  }
}

// A gateway that answers 409 by itself may have passed the write on, and a 412 may come from behind it.
TEST(Conflict, OneThatNobodySignedMayHaveBeenApplied) {
  struct row {
    const char* name;
    bool replay_safe;
    std::string shows;
    const char* then;
    outcome result = outcome::applied;
  };
  const row rows[] = {
      {"applied", true, wanted, "finish"},
      {"applied, and must not be sent twice", false, wanted, "finish"},
      {"not applied", true, edited, "queue"},
      {"nobody can tell", false, edited, "finish", outcome::unknown},
  };
  for (const int status : {409, 412})
    for (const auto& r : rows) {
      walk w(guarded(), true, r.replay_safe);
      w.read_and_send();
      ASSERT_EQ(w.write_answers(status, "{}"), "sleep") << r.name << status;
      ASSERT_EQ(w.wake(), r.replay_safe ? "queue" : "read") << r.name << status;
      if (r.replay_safe) {
        ASSERT_EQ(w.feed(event::near_due{}), "read") << r.name << status;
      }
      ASSERT_EQ(w.read_shows(r.shows), r.then) << r.name << status;
      if (std::string_view{r.then} == "finish") {
        EXPECT_EQ(w.result(), r.result) << r.name << status;
      }
    }
}

// Nor does such a one show that the guard was looked at: what timed out before may still arrive.
TEST(Conflict, OneThatNobodySignedDoesNotEndTheWaiting) {
  for (const bool is_signed : {true, false}) {
    walk w(guarded());
    w.options.retry.max_attempts = 2;
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(409, is_signed ? said_moved : "{}"), "read");
    EXPECT_EQ(w.read_shows(untouched), is_signed ? "finish" : "sleep");
  }
}

TEST(Conflict, WithoutAGuardNothingIsPlannedAnew) {
  // A 409 is read back and a 412 is not, as ever.
  walk w;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(409, said_moved), "read");
  ASSERT_EQ(w.read_shows(edited), "finish");
  EXPECT_EQ(w.result(), outcome::refused);
  walk other;
  other.read_and_send();
  ASSERT_EQ(other.write_answers(412, said_moved), "finish");
  EXPECT_EQ(other.result(), outcome::refused);
  // What must not be sent twice is looked at before it is sent again.
  walk once(true, false);
  once.read_and_send();
  ASSERT_EQ(once.broken(false, transport_fault::reset), "sleep");
  EXPECT_EQ(once.wake(), "read");
}

api::status_rule rule_of_conflict() {
  api::status_rule rule;
  rule.statuses = {{409, 409}};
  rule.then = api::verdict::conflict;
  return rule;
}

// An attempt that timed out cannot arrive once the guard has moved on. Where there is no guard it can,
// whatever a rule calls a 409.
TEST(Conflict, OnlyAGuardEndsTheWaitingForAnAttemptThatTimedOut) {
  for (const bool has_guard : {true, false}) {
    auto p = has_guard ? guarded() : shown_profile();
    p.rules = {rule_of_conflict()};
    walk w(p);
    w.options.retry.max_attempts = 2;
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(409, said_moved), "read");
    if (has_guard) {
      ASSERT_EQ(w.read_shows(untouched), "finish");
      EXPECT_EQ(w.result(), outcome::refused);
    } else {
      ASSERT_EQ(w.read_shows(untouched), "sleep");
      EXPECT_EQ(std::get<action::sleep>(w.next).until - w.now, w.options.longest_lateness);
    }
  }
}

// A rule says so, and nothing was read before: there is no plan to make anew.
TEST(Conflict, WithoutAReadBeforeTheWriteItIsARefusal) {
  auto p = shown_profile();
  p.rules = {rule_of_conflict()};
  walk w(p, false);
  ASSERT_EQ(w.feed(event::started{}), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(409, said_moved), "read");
  ASSERT_EQ(w.read_shows(edited), "finish");
  EXPECT_EQ(w.result(), outcome::refused);
  EXPECT_EQ(w.note().code, "moved");
}

// A whole resource is not put back over what somebody has written meanwhile.
TEST(Conflict, NothingOfAnOldResourceIsSentAgain) {
  auto p = guarded();
  p.body_is = api::body_content::whole;
  walk w(p);
  w.read_and_send();
  ASSERT_EQ(w.write_answers(412), "sleep");
  read_afresh(w);
  ASSERT_EQ(w.read_shows(edited), "queue");
  w.to_the_wire();
  EXPECT_NE(std::get<action::send>(w.next).body.find(R"("title":"b")"), std::string_view::npos);
}

// The way of a job that meets a conflict after an attempt without an answer, with a cancellation after each
// step.
TEST(Conflict, ACancelledJobIsLeftPendingAtEveryStep) {
  struct row {
    const char* step;
    bool withdraws;
  };
  const std::array steps{row{"queue", false}, row{"read", false},  row{"queue", false}, row{"lease", false},
                         row{"grant", false}, row{"intent", true}, row{"send", true},   row{"sleep", true},
                         row{"queue", true},  row{"read", true},   row{"queue", false}};
  const auto go = [](walk& w, std::size_t n) -> std::string {
    switch (n) {
      case 0:
        return w.feed(event::started{});
      case 1:
      case 9:
        return w.feed(event::near_due{});
      case 2:
        return w.read_shows(untouched);
      case 3:
        return w.feed(event::near_due{});
      case 4:
        return w.feed(event::leased{});
      case 5:
        return w.feed(event::granted{});
      case 6:
        return w.feed(event::intent_committed{});
      case 7:
        return w.write_answers(409, said_moved);
      case 8:
        return w.wake();
      default:
        return w.read_shows(edited);
    }
  };
  for (std::size_t last = 0; last < steps.size(); ++last) {
    walk w(guarded());
    for (std::size_t n = 0; n <= last; ++n) ASSERT_EQ(go(w, n), steps[n].step) << n;
    if (std::string_view{steps[last].step} == "send") {
      EXPECT_EQ(w.broken(false, transport_fault::cancelled, phase::not_sent), "pending");
    } else if (std::string_view{steps[last].step} == "read") {
      EXPECT_EQ(w.broken(true, transport_fault::cancelled), "pending");
    } else {
      EXPECT_EQ(w.feed(event::cancelled{}), "pending");
    }
    EXPECT_EQ(std::get<action::leave_pending>(w.next).withdraw_intent, steps[last].withdraws) << last;
  }
  // In doubt the intent stays: the next run reads.
  walk w(guarded());
  w.read_and_send();
  ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(409, said_moved), "sleep");
  ASSERT_EQ(w.feed(event::cancelled{}), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(w.next).withdraw_intent);
}

// And with a failure at each request.
TEST(Conflict, AFailureOnTheWayCostsNothingButTime) {
  walk w(guarded());
  w.read_and_send();
  ASSERT_EQ(w.write_answers(409, said_moved), "sleep");
  read_afresh(w);
  ASSERT_EQ(w.broken(true, transport_fault::reset), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.answer(true, 503, ""), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.answer(true, 429, ""), "read");
  ASSERT_EQ(w.read_shows(edited), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.broken(false, transport_fault::connect, phase::not_sent), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(412), "sleep");
  read_afresh(w);
  ASSERT_EQ(w.read_shows(item("open", "c", 3)), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(200, item("done", "c", 4)), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

}  // namespace
}  // namespace pawl::policy
