// Replies that are not the API's own, or not what the profile promises: what a row makes of them.
#include "engine/text/json_path.hpp"
#include "tests/unit/policy/job_step_blind_walk.hpp"
#include "tests/unit/policy/job_step_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using by_hand::item;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;

const std::string back_soon_page = "<!doctype html><title>Back soon</title>";
const std::string stranger = R"({"message":"no route"})";

// What stands before an API says all of these, and means nothing for the row.
struct foreign_reply {
  int status;
  std::string body;
};
const std::vector<foreign_reply> foreign{{404, "default backend - 404"},
                                         {404, ""},
                                         {403, back_soon_page},
                                         {403, stranger},
                                         {400, back_soon_page},
                                         {405, back_soon_page},
                                         {413, back_soon_page},
                                         {409, ""},
                                         {422, stranger},
                                         {451, back_soon_page},
                                         {200, back_soon_page},
                                         {202, back_soon_page},
                                         {404, "{}"},
                                         {404, "[]"}};

TEST(JobStepStrangers, ARowWaitsForTheApiAndIsSentAgain) {
  for (const auto& reply : foreign) {
    SCOPED_TRACE(std::to_string(reply.status) + reply.body);
    blind::blind_walk w;
    w.to_the_wire();
    auto next = w.answer(reply.status, reply.body);
    const auto* sleep = std::get_if<action::sleep>(&next);
    ASSERT_NE(sleep, nullptr);
    EXPECT_EQ(sleep->proof_after, w.now);
    EXPECT_EQ(sleep->anyway, time_point::max()) << "there is somebody to ask";
    EXPECT_TRUE(w.step.last().foreign);
    EXPECT_TRUE(w.step.last().outage);
    w.now = sleep->until;
    w.proven_at = w.now;
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{})));
    w.to_the_wire(false);
    next = w.answer(200, blind::good);
    ASSERT_TRUE(std::holds_alternative<action::finish>(next));
    EXPECT_EQ(std::get<action::finish>(next).result, outcome::applied);
  }
}

TEST(JobStepStrangers, TheThirdAlikeCountsIfTheApiWasThereEachTime) {
  for (const auto& reply : foreign) {
    SCOPED_TRACE(std::to_string(reply.status) + reply.body);
    blind::blind_walk w;
    w.to_the_wire();
    step_action next;
    for (int met = 1; met <= 3; ++met) {
      next = w.answer(reply.status, reply.body);
      const auto* sleep = std::get_if<action::sleep>(&next);
      ASSERT_NE(sleep, nullptr) << met;
      w.now = sleep->until;
      w.proven_at = w.now;
      next = w.feed(event::woke{});
      if (met < 3) {
        ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(next)) << met;
        w.now += 1ms;
        w.to_the_wire(false);
      }
    }
    const auto* end = std::get_if<action::finish>(&next);
    ASSERT_NE(end, nullptr);
    EXPECT_THAT(std::string(end->note.message), AnyOf(HasSubstr("that is not the API's"), Eq("no route")));
    EXPECT_EQ(end->result, reply.status < 300 ? outcome::unknown : outcome::refused);
    EXPECT_EQ(end->note.http_status, reply.status);
  }
}

TEST(JobStepStrangers, WithoutAProofNothingEverCounts) {
  blind::blind_walk w;
  w.can_be_proven = false;
  w.proven_at = w.now - 1s;  // from before: it says nothing about what stands there now
  w.to_the_wire();
  for (int met = 1; met <= 50; ++met) {
    auto next = w.answer(404, back_soon_page);
    const auto* sleep = std::get_if<action::sleep>(&next);
    ASSERT_NE(sleep, nullptr) << met;
    EXPECT_GT(sleep->anyway, w.now);
    EXPECT_LE(sleep->anyway, w.now + 60s) << "asked again, as seldom as an outage is";
    w.now = sleep->anyway;
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{})));
    w.to_the_wire(false);
  }
}

TEST(JobStepStrangers, OthersThanTheFirstBeginTheCountAnew) {
  blind::blind_walk w;
  w.to_the_wire();
  for (const int status : {404, 404, 403, 404, 404}) {
    auto next = w.answer(status, back_soon_page);
    ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
    w.now = std::get<action::sleep>(next).until;
    w.proven_at = w.now;
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{}))) << status;
    w.now += 1ms;
    w.to_the_wire(false);
  }
}

TEST(JobStepStrangers, ARowThatMustNotBeSentTwiceIsLookedAtFirst) {
  struct {
    foreign_reply reply;
    std::string shown;
    std::string said;
    outcome result;
  } const rows[] = {{{404, back_soon_page}, by_hand::wanted, "finish", outcome::applied},
                    {{404, back_soon_page}, by_hand::untouched, "queue", outcome::applied},
                    {{200, back_soon_page}, by_hand::wanted, "finish", outcome::applied},
                    {{200, back_soon_page}, by_hand::untouched, "queue", outcome::applied},
                    {{200, back_soon_page}, item("snoozed", "a", 2), "finish", outcome::unknown}};
  for (const auto& row : rows) {
    by_hand::walk w(true, false);
    w.read_and_send();
    ASSERT_EQ(w.write_answers(row.reply.status, row.reply.body), "sleep");
    ASSERT_EQ(w.prove(), "read");
    ASSERT_EQ(w.read_shows(row.shown), row.said);
    if (row.said == "queue") {
      w.to_the_wire();
      ASSERT_EQ(w.write_answers(200, by_hand::wanted), "finish");
    }
    EXPECT_EQ(w.result(), row.result);
  }
}

TEST(JobStepStrangers, AReadDecidesWhatTheThirdWasWorth) {
  struct {
    int status;
    std::string shown;
    outcome result;
  } const rows[] = {
      {403, by_hand::wanted, outcome::applied},         {403, by_hand::untouched, outcome::refused},
      {403, item("snoozed", "a", 2), outcome::unknown}, {200, by_hand::wanted, outcome::applied},
      {200, by_hand::untouched, outcome::failed},       {200, item("snoozed", "a", 2), outcome::unknown}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.shown);
    by_hand::walk w;
    w.read_and_send();
    for (int met = 1; met <= 3; ++met) {
      ASSERT_EQ(w.write_answers(row.status, back_soon_page), "sleep");
      const auto said = w.prove();
      if (met < 3) {
        ASSERT_EQ(said, "queue");
        w.to_the_wire();
      } else {
        ASSERT_EQ(said, "read");
      }
    }
    ASSERT_EQ(w.read_shows(row.shown), "finish");
    EXPECT_EQ(w.result(), row.result);
  }
}

// A firewall may keep a reply back as well as a request.
TEST(JobStepStrangers, ARefusalOfSomebodyElseIsNoProofThatNothingWasWritten) {
  const struct {
    bool is_shown;  // a field that was sent
    std::string shown;
    std::string said;
  } rows[] = {{true, item("DONE", "a", 2), "finish"},
              {true, item("open", "a", 2), "finish"},
              {true, by_hand::untouched, "queue"},
              {false, by_hand::untouched, "queue"},
              {false, item("open", "a", 2), "finish"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.shown);
    by_hand::walk w(true, false);
    if (!row.is_shown) w.job.patch = std::span(w.patch).subspan(1);
    w.step->reset(w.job, {});
    w.read_and_send();
    ASSERT_EQ(w.write_answers(403, back_soon_page), "sleep");
    ASSERT_EQ(w.prove(), "read");
    ASSERT_EQ(w.read_shows(row.shown), row.said);
    if (row.said == "finish") {
      EXPECT_EQ(w.result(), outcome::unknown);
    }
  }
}

TEST(JobStepStrangers, OldValuesAreProofEnoughAfterA4xxWhereNothingShowsWhenAResourceWasChanged) {
  for (const int status : {403, 200}) {
    by_hand::walk w(true, false);
    w.profile.reply.updated_at = {};
    const std::string old = R"({"id":"t1","status":"open","title":"a"})";
    w.read_and_send(old);
    ASSERT_EQ(w.write_answers(status, back_soon_page), "sleep");
    ASSERT_EQ(w.prove(), "read");
    EXPECT_EQ(w.read_shows(old), status == 403 ? "queue" : "finish");
  }
}

TEST(JobStepStrangers, WhatAReadBackMeetsSaysNothingAboutTheWrite) {
  // The write was accepted by somebody else, and a read by yet another one: the write's words count.
  by_hand::walk w(true, false);
  w.read_and_send();
  ASSERT_EQ(w.write_answers(200, back_soon_page), "sleep");
  ASSERT_EQ(w.prove(), "read");
  ASSERT_EQ(w.answer(true, 403, back_soon_page), "sleep");
  ASSERT_EQ(w.prove(), "read");
  ASSERT_EQ(w.read_shows(item("DONE", "a", 2)), "finish");
  EXPECT_EQ(w.result(), outcome::unknown);
  EXPECT_EQ(w.step->attempts(), 1u);

  by_hand::walk never(true, false);
  never.read_and_send();
  ASSERT_EQ(never.write_answers(200, back_soon_page), "sleep");
  ASSERT_EQ(never.prove(), "read");
  for (int met = 1; met <= 3; ++met) {
    ASSERT_EQ(never.answer(true, 403, back_soon_page), "sleep");
    ASSERT_EQ(never.prove(), met < 3 ? "read" : "finish");
  }
  EXPECT_EQ(never.result(), outcome::unknown) << "the read was refused, not the write";
}

TEST(JobStepStrangers, ARefusalThatDoesNotCountYetIsNotWhatTheRowEndsWith) {
  const auto looked_at = [](by_hand::walk& w) {
    w.read_and_send();
    ASSERT_EQ(w.write_answers(414, back_soon_page), "sleep");
    ASSERT_EQ(w.prove(), "read");
  };
  by_hand::walk blind(true, false);
  looked_at(blind);
  for (int met = 1; met <= 3; ++met) {
    ASSERT_EQ(blind.answer(true, 403, back_soon_page), "sleep");
    ASSERT_EQ(blind.prove(), met < 3 ? "read" : "finish");
  }
  EXPECT_EQ(blind.result(), outcome::unknown) << "one stranger answered the write, others the reads";

  by_hand::walk gone(true, false);
  looked_at(gone);
  ASSERT_EQ(gone.answer(true, 404, {}), "finish");
  EXPECT_EQ(gone.result(), outcome::refused) << "the API itself says that there is nothing";
  EXPECT_EQ(gone.note().code, "own");
}

TEST(JobStepStrangers, APreconditionThatTheOwnWriteMayHaveBrokenSkipsNothing) {
  for (const bool is_old : {false, true}) {
    by_hand::walk w;
    w.expect_status("\"open\"");
    w.read_and_send();
    ASSERT_EQ(w.write_answers(200, back_soon_page), "sleep");
    w.now += 6s;  // the plan is too old by then
    w.proven_at = w.now;
    ASSERT_EQ(w.feed(event::woke{}), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    if (is_old) {
      ASSERT_EQ(w.read_shows(item("open", "b", 2)), "queue") << "its own write is not there";
      continue;
    }
    ASSERT_EQ(w.read_shows(item("DONE", "a", 2)), "finish");
    EXPECT_EQ(w.result(), outcome::unknown);
  }
}

TEST(JobStepStrangers, ForeignRepliesToReadsCountInTheSameWay) {
  struct {
    int status;
    outcome result;
  } const rows[] = {{404, outcome::refused}, {403, outcome::refused}, {200, outcome::failed}};
  for (const auto& row : rows) {
    by_hand::walk w;
    w.feed(event::started{});
    for (int met = 1; met <= 3; ++met) {
      ASSERT_EQ(w.feed(event::near_due{}), "read");
      ASSERT_EQ(w.answer(true, row.status, back_soon_page), "sleep");
      const auto said = w.prove();
      ASSERT_EQ(said, met < 3 ? "queue" : "finish");
    }
    EXPECT_EQ(w.result(), row.result);
    EXPECT_EQ(w.step->attempts(), 0u);
  }
}

// An API that has shown its resources does not begin to answer otherwise; a maintenance back_soon_page does.
TEST(JobStepStrangers, AReadThatShowsNoResourceIsForeignOnceARowHasSucceeded) {
  for (const auto* body : {R"({"message":"maintenance"})", "[]", R"([{"id":"t1"}])", "{}"}) {
    SCOPED_TRACE(body);
    by_hand::walk w;
    w.has_succeeded = true;
    w.feed(event::started{});
    for (int met = 1; met <= 2; ++met) {
      ASSERT_EQ(w.feed(event::near_due{}), "read");
      ASSERT_EQ(w.read_shows(body), "sleep");
      EXPECT_TRUE(w.step->last().foreign);
      ASSERT_EQ(w.prove(), "queue");
    }
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(w.read_shows(by_hand::untouched), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(200, by_hand::wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied);
  }
}

TEST(JobStepStrangers, AnOwnRefusalAfterAForeignOneIsLookedAt) {
  for (const bool was_applied : {true, false}) {
    by_hand::walk w;
    w.read_and_send();
    ASSERT_EQ(w.write_answers(404, back_soon_page), "sleep");
    ASSERT_EQ(w.prove(), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(422), "read") << "the one before may have been answered after it was done";
    ASSERT_EQ(w.read_shows(was_applied ? by_hand::wanted : by_hand::untouched), "finish");
    EXPECT_EQ(w.result(), was_applied ? outcome::applied : outcome::refused);
  }
}

TEST(JobStepStrangers, ARunThatStopsMeanwhileLeavesTheRowPending) {
  by_hand::walk w;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(404, back_soon_page), "sleep");
  ASSERT_EQ(w.feed(event::cancelled{}), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(w.next).withdraw_intent) << "the next run looks";
}

}  // namespace
}  // namespace pawl::policy
