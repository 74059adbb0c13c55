// Reading before a write: what is sent, what is not, and when it is read again.
#include "tests/unit/policy/job_step_walk.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace by_hand;
using namespace std::chrono_literals;

TEST(JobStepReading, CommitsTheOldValuesBeforeTheWriteLeaves) {
  walk w;
  ASSERT_EQ(w.feed(event::started{}), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(untouched), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  const auto& intent = std::get<action::commit_intent>(w.next);
  EXPECT_TRUE(intent.was_read);
  EXPECT_EQ(intent.old_values, R"({"status":"open"})");
  EXPECT_EQ(intent.new_values, R"({"status":"done"})");
  EXPECT_EQ(intent.updated_at, R"("2026-01-01T00:00:01Z")");
  ASSERT_EQ(w.feed(event::intent_committed{}), "send");
  ASSERT_EQ(w.write_answers(200, wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
  EXPECT_EQ(w.how(), verified::full);
}

// Instead of standing in line or reading: the resource itself may not be asked before then.
TEST(JobStepReading, WaitsForTheLimitsOfItsResourceAndGoesOnWhereItWas) {
  walk w;
  ASSERT_EQ(w.feed(event::started{}), "queue");
  ASSERT_EQ(w.feed(event::held{w.now + 30s}), "sleep");
  EXPECT_EQ(std::get<action::sleep>(w.next).until, w.now + 30s);
  ASSERT_EQ(w.wake(), "queue");
  EXPECT_EQ(std::get<action::queue_for_write>(w.next).lead, 2s) << "it reads first, still";
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.feed(event::held{w.now + 3s}), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(untouched), "queue");
  ASSERT_EQ(w.feed(event::held{w.now + 1s}), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  EXPECT_EQ(std::get<action::queue_for_write>(w.next).lead, 500ms) << "what was read is fresh enough";
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(200, wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(JobStepReading, SendsNothingWhereNothingDiffersOrAPreconditionFails) {
  walk same;
  same.feed(event::started{});
  same.feed(event::near_due{});
  ASSERT_EQ(same.read_shows(wanted), "finish");
  EXPECT_EQ(same.result(), outcome::unchanged);
  EXPECT_EQ(same.step->attempts(), 0u);

  walk unmet;
  unmet.expect_status("\"snoozed\"");
  unmet.feed(event::started{});
  unmet.feed(event::near_due{});
  ASSERT_EQ(unmet.read_shows(untouched), "finish");
  EXPECT_EQ(unmet.result(), outcome::skipped);
  EXPECT_NE(std::get<action::finish>(unmet.next).note.message.find("status"), std::string_view::npos);
}

TEST(JobStepReading, EndsByTheStatusOfTheRead) {
  struct {
    int status;
    std::string said;
  } const rows[] = {{404, "finish"}, {403, "finish"}, {401, "stop"},
                    {302, "stop"},   {429, "read"},   {500, "sleep"}};
  for (const auto& row : rows) {
    walk w;
    w.feed(event::started{});
    w.feed(event::near_due{});
    EXPECT_EQ(w.answer(true, row.status, ""), row.said) << row.status;
    if (row.said == "finish") {
      EXPECT_EQ(w.result(), outcome::refused);
    }
    if (row.said == "stop" && row.status == 401) {
      EXPECT_EQ(w.feed(event::token_changed{}), "read");
    }
  }
}

TEST(JobStepReading, AReadThatNeverSucceedsFailsTheRowWithoutAWrite) {
  walk w;
  w.feed(event::started{});
  std::string said = w.feed(event::near_due{});
  for (std::uint32_t i = 1; i <= w.options.retry.max_attempts; ++i) {
    ASSERT_EQ(said, "read") << i;
    ASSERT_EQ(i % 2 == 0 ? w.read_shows(R"({"id":"t1","sta)") : w.answer(true, 500, ""), "sleep");
    said = w.wake();
    if (said == "queue") said = w.feed(event::near_due{});
  }
  ASSERT_EQ(said, "finish");
  EXPECT_EQ(w.result(), outcome::failed);
  EXPECT_EQ(w.step->attempts(), 0u);
}

TEST(JobStepReading, ReadsAgainWhereTheReadGotTooOldAtAnyStep) {
  struct {
    const char* where;
    duration passed;
    bool again;
  } const rows[] = {{"near_due", 3s, false},  {"near_due", 4s, true},     {"leased", 3s, false},
                    {"leased", 4500ms, true}, {"granted", 4900ms, false}, {"granted", 5100ms, true}};
  for (const auto& row : rows) {
    walk w;
    w.feed(event::started{});
    w.feed(event::near_due{});
    w.read_shows(untouched);
    const std::string where = row.where;
    if (where != "near_due") w.feed(event::near_due{});
    if (where == "granted") w.feed(event::leased{});
    w.now += row.passed;
    if (where == "near_due") {
      EXPECT_EQ(w.feed(event::near_due{}), row.again ? "read" : "lease") << row.passed.count();
    } else if (where == "leased") {
      EXPECT_EQ(w.feed(event::leased{}), row.again ? "read" : "grant");
    } else {
      EXPECT_EQ(w.feed(event::granted{}), row.again ? "queue" : "intent");
      if (row.again) {
        EXPECT_EQ(w.feed(event::near_due{}), "read");
      }
    }
  }
}

TEST(JobStepReading, ARetryThatReadsAgainSeesItsOwnWrite) {
  struct {
    std::string shown;
    std::string said;
    outcome result;
  } const rows[] = {{wanted, "finish", outcome::applied},
                    {untouched, "queue", outcome::applied},
                    {item("snoozed", "a", 3), "queue", outcome::applied}};
  for (const auto& row : rows) {
    walk w;
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
    w.now += 10s;
    ASSERT_EQ(w.feed(event::woke{}), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(w.read_shows(row.shown), row.said);
    if (row.said == "queue") {
      w.to_the_wire();
      ASSERT_EQ(w.write_answers(200, wanted), "finish");
    }
    EXPECT_EQ(w.result(), row.result);
  }
}

// What a 429 refused was written by somebody else; a 503 may have written it.
TEST(JobStepReading, AThrottledWriteIsLookedForWhereTheServerFailed) {
  struct {
    int status;
    std::string shown;
    std::string said;
    outcome result;
  } const rows[] = {{429, wanted, "finish", outcome::unchanged},
                    {503, wanted, "finish", outcome::applied},
                    {503, untouched, "queue", outcome::applied}};
  const std::vector<header_field> headers{{"Retry-After", "1"}};
  for (const auto& row : rows) {
    walk w;
    w.read_and_send();
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.status = row.status;
    fact.headers = headers;
    ASSERT_EQ(w.replied(false, fact), "queue") << row.status;
    w.now += 10s;  // the plan gets too old
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(w.read_shows(row.shown), row.said);
    if (row.said == "queue") {
      w.to_the_wire();
      ASSERT_EQ(w.write_answers(200, wanted), "finish");
    }
    EXPECT_EQ(w.result(), row.result) << row.status;
  }
}

// A refusal that follows may be of a write that was applied before: only a read can tell.
TEST(JobStepReading, ARefusalAfterAFailingServerIsLookedInto) {
  const std::vector<header_field> headers{{"Retry-After", "1"}};
  walk w;
  w.read_and_send();
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = 503;
  fact.headers = headers;
  ASSERT_EQ(w.replied(false, fact), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(404), "read");
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

// Some APIs answer a write with what it named alone. The rest was seen by the read before it.
TEST(ReadingFirst, AReplyNeedNotShowWhatWasNotSent) {
  walk w;
  w.patch.push_back({field_index{1}, "title", R"("a")"});
  w.job.patch = w.patch;
  w.step->reset(w.job, {});
  w.read_and_send();
  ASSERT_EQ(w.write_answers(200, R"({"id":"t1","status":"done"})"), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
  EXPECT_EQ(w.how(), verified::partial);
  // What was sent has to be shown, and what is shown has to be right.
  walk unshown;
  unshown.read_and_send();
  EXPECT_EQ(unshown.write_answers(200, R"({"id":"t1","title":"a"})"), "read");
  walk other;
  other.patch.push_back({field_index{1}, "title", R"("a")"});
  other.job.patch = other.patch;
  other.step->reset(other.job, {});
  other.read_and_send();
  EXPECT_EQ(other.write_answers(200, item("done", "b", 2)), "read");
}

}  // namespace
}  // namespace pawl::policy
