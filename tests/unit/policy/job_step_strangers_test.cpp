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

const std::string page = "<!doctype html><title>Back soon</title>";
const std::string stranger = R"({"message":"no route"})";

// What stands before an API says all of these, and means nothing for the row.
struct foreign_reply {
  int status;
  std::string body;
};
const std::vector<foreign_reply> foreign{{404, "default backend - 404"},
                                         {404, ""},
                                         {403, page},
                                         {403, stranger},
                                         {400, page},
                                         {405, page},
                                         {413, page},
                                         {409, ""},
                                         {422, stranger},
                                         {451, page},
                                         {200, page},
                                         {202, page},
                                         {404, "{}"},
                                         {404, "[]"}};

TEST(JobStepStrangers, ARowWaitsForTheApiAndIsSentAgain) {
  for (const auto& reply : foreign) {
    SCOPED_TRACE(std::to_string(reply.status) + reply.body);
    blind::walk w;
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
    blind::walk w;
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
  blind::walk w;
  w.can_be_proven = false;
  w.proven_at = w.now - 1s;  // from before: it says nothing about what stands there now
  w.to_the_wire();
  for (int met = 1; met <= 50; ++met) {
    auto next = w.answer(404, page);
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
  blind::walk w;
  w.to_the_wire();
  for (const int status : {404, 404, 403, 404, 404}) {
    auto next = w.answer(status, page);
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
  } const rows[] = {{{404, page}, by_hand::wanted, "finish", outcome::applied},
                    {{404, page}, by_hand::untouched, "queue", outcome::applied},
                    {{200, page}, by_hand::wanted, "finish", outcome::applied},
                    {{200, page}, by_hand::untouched, "queue", outcome::applied},
                    {{200, page}, item("snoozed", "a", 2), "finish", outcome::unknown}};
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
      ASSERT_EQ(w.write_answers(row.status, page), "sleep");
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
    ASSERT_EQ(w.write_answers(403, page), "sleep");
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
    ASSERT_EQ(w.write_answers(status, page), "sleep");
    ASSERT_EQ(w.prove(), "read");
    EXPECT_EQ(w.read_shows(old), status == 403 ? "queue" : "finish");
  }
}

TEST(JobStepStrangers, WhatAReadBackMeetsSaysNothingAboutTheWrite) {
  // The write was accepted by somebody else, and a read by yet another one: the write's words count.
  by_hand::walk w(true, false);
  w.read_and_send();
  ASSERT_EQ(w.write_answers(200, page), "sleep");
  ASSERT_EQ(w.prove(), "read");
  ASSERT_EQ(w.answer(true, 403, page), "sleep");
  ASSERT_EQ(w.prove(), "read");
  ASSERT_EQ(w.read_shows(item("DONE", "a", 2)), "finish");
  EXPECT_EQ(w.result(), outcome::unknown);
  EXPECT_EQ(w.step->attempts(), 1u);

  by_hand::walk never(true, false);
  never.read_and_send();
  ASSERT_EQ(never.write_answers(200, page), "sleep");
  ASSERT_EQ(never.prove(), "read");
  for (int met = 1; met <= 3; ++met) {
    ASSERT_EQ(never.answer(true, 403, page), "sleep");
    ASSERT_EQ(never.prove(), met < 3 ? "read" : "finish");
  }
  EXPECT_EQ(never.result(), outcome::unknown) << "the read was refused, not the write";
}

TEST(JobStepStrangers, APreconditionThatTheOwnWriteMayHaveBrokenSkipsNothing) {
  for (const bool is_old : {false, true}) {
    by_hand::walk w;
    w.expect_status("\"open\"");
    w.read_and_send();
    ASSERT_EQ(w.write_answers(200, page), "sleep");
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
      ASSERT_EQ(w.answer(true, row.status, page), "sleep");
      const auto said = w.prove();
      ASSERT_EQ(said, met < 3 ? "queue" : "finish");
    }
    EXPECT_EQ(w.result(), row.result);
    EXPECT_EQ(w.step->attempts(), 0u);
  }
}

// An API that has shown its resources does not begin to answer otherwise; a maintenance page does.
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
    ASSERT_EQ(w.write_answers(404, page), "sleep");
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
  ASSERT_EQ(w.write_answers(404, page), "sleep");
  ASSERT_EQ(w.feed(event::cancelled{}), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(w.next).withdraw_intent) << "the next run looks";
}

// ---- a 2xx is never sent again ----

TEST(JobStepStrangers, A2xxThatShowsNoResourceIsReadBackOnce) {
  const std::string replies[] = {"",
                                 "[]",
                                 R"([{"id":"t1","status":"done"}])",
                                 R"("ok")",
                                 R"({"id":"t1","sta)",
                                 R"({"ok":true})",
                                 R"({"id":"t2","status":"done"})",
                                 "created",
                                 R"({"id":"t1"})"};
  struct {
    std::string shown;
    int read_status;
    outcome result;
  } const rows[] = {{by_hand::wanted, 200, outcome::applied},
                    {by_hand::untouched, 200, outcome::mismatch},
                    {"", 404, outcome::unknown}};
  for (const auto& reply : replies)
    for (const auto& row : rows)
      for (const bool replay_safe : {true, false}) {
        SCOPED_TRACE(reply + " -> " + row.shown);
        by_hand::walk w(true, replay_safe);
        w.read_and_send();
        ASSERT_EQ(w.write_answers(reply.empty() ? 204 : 200, reply), "read");
        auto said = w.answer(true, row.read_status, row.shown);
        if (row.result == outcome::mismatch) {
          // Other values are looked at twice: a cache may be behind.
          ASSERT_EQ(said, "sleep");
          ASSERT_EQ(w.wake(), "read");
          said = w.answer(true, row.read_status, row.shown);
        }
        ASSERT_EQ(said, "finish");
        EXPECT_EQ(w.result(), row.result);
        EXPECT_EQ(w.step->attempts(), 1u);
        EXPECT_EQ(std::get<action::finish>(w.next).trouble, reply_trouble::unshown);
      }
}

// A read that can show nothing of what was sent proves nothing, though nothing contradicts it.
TEST(JobStepStrangers, AReadThatShowsNothingOfAnAcceptedWriteCannotTell) {
  by_hand::walk w(false, false);
  w.patch.erase(w.patch.begin());
  w.job.patch = w.patch;
  w.step->reset(w.job, {});
  ASSERT_EQ(w.feed(event::started{}), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(204), "read");
  ASSERT_EQ(w.read_shows(by_hand::untouched), "finish");
  EXPECT_EQ(w.result(), outcome::unknown);
  EXPECT_EQ(w.step->attempts(), 1u);
}

TEST(JobStepStrangers, WhereNobodyCanReadA2xxWithoutAResourceIsUnknown) {
  for (const auto* reply : {"", "{}", "[]", R"({"id":"t2","status":"done"})"}) {
    blind::walk w;
    w.to_the_wire();
    const auto next = w.answer(200, reply);
    ASSERT_TRUE(std::holds_alternative<action::finish>(next)) << reply;
    EXPECT_EQ(std::get<action::finish>(next).result, outcome::unknown);
  }
}

TEST(JobStepStrangers, ARunThatStopsBeforeTheReadBackDoesNotForgetThe2xx) {
  by_hand::walk w(false);
  w.feed(event::started{});
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(204), "read");
  ASSERT_EQ(w.feed(event::cancelled{}), "finish");
  EXPECT_EQ(w.result(), outcome::unknown);

  // Nor where it waits for its second look.
  by_hand::walk late;
  late.read_and_send();
  ASSERT_EQ(late.write_answers(204), "read");
  ASSERT_EQ(late.read_shows(by_hand::untouched), "sleep");
  ASSERT_EQ(late.feed(event::cancelled{}), "finish");
  EXPECT_EQ(late.result(), outcome::unknown);
}

// A key that may write and not read stops the run at the read back.
TEST(JobStepStrangers, ARunThatStopsAtTheReadBackDoesNotForgetThe2xx) {
  for (const int status : {401, 402, 407, 301, 410}) {
    by_hand::walk unshown;
    unshown.read_and_send();
    ASSERT_EQ(unshown.write_answers(204), "read");
    ASSERT_EQ(unshown.answer(true, status, {}), "stop");
    ASSERT_EQ(unshown.feed(event::cancelled{}), "finish");
    EXPECT_EQ(unshown.result(), outcome::unknown);

    by_hand::walk other;
    other.read_and_send();
    ASSERT_EQ(other.write_answers(200, by_hand::untouched), "read");
    ASSERT_EQ(other.answer(true, status, {}), "stop");
    ASSERT_EQ(other.feed(event::cancelled{}), "finish");
    EXPECT_EQ(other.result(), outcome::unknown);
  }
  by_hand::walk asleep;
  asleep.read_and_send();
  ASSERT_EQ(asleep.write_answers(200, by_hand::untouched), "read");
  ASSERT_EQ(asleep.answer(true, 500, {}), "sleep");
  ASSERT_EQ(asleep.feed(event::cancelled{}), "finish");
  EXPECT_EQ(asleep.result(), outcome::unknown);
}

TEST(JobStepStrangers, AStaleLookAtAnAcceptedWriteIsNoMismatch) {
  by_hand::walk w;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(204), "read");
  ASSERT_EQ(w.read_shows(by_hand::untouched), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.read_shows(by_hand::wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
  EXPECT_EQ(w.step->attempts(), 1u);
}

TEST(JobStepStrangers, AnErrorInA2xxIsNoSuccess) {
  struct {
    std::string body;
    outcome result;
  } const rows[] = {{R"({"ok":false,"error":{"code":"not_allowed","message":"no"}})", outcome::refused},
                    {R"({"error":{"code":0}})", outcome::applied},
                    {R"({"error":{"code":"OK"}})", outcome::applied},
                    {R"({"error":{"code":null}})", outcome::applied},
                    {R"({"error":{}})", outcome::applied},
                    {"", outcome::applied},
                    {"done", outcome::applied},
                    {"{\"done\":true}", outcome::applied}};
  for (const auto& row : rows) {
    blind::walk w;
    w.profile.reply.is = api::reply_kind::none;
    w.to_the_wire();
    const auto next = w.answer(200, row.body);
    ASSERT_TRUE(std::holds_alternative<action::finish>(next)) << row.body;
    EXPECT_EQ(std::get<action::finish>(next).result, row.result) << row.body;
  }
}

TEST(JobStepStrangers, AnErrorThatNamesTheResourceIsNoSuccess) {
  const std::string locked = R"({"id":"t1","success":false,"error":{"code":"locked","message":"no"}})";
  blind::walk w;
  w.patch = {{field_index{1}, "notify", "{}"}};
  w.job.patch = w.patch;
  w.step.reset(w.job);
  w.to_the_wire();
  auto next = w.answer(200, locked);
  ASSERT_TRUE(std::holds_alternative<action::finish>(next));
  EXPECT_EQ(std::get<action::finish>(next).result, outcome::refused);
  EXPECT_EQ(std::get<action::finish>(next).note.code, "locked");

  // Nor where the field that was sent is missing in it, or shows what it was.
  for (const std::string& body :
       {locked, std::string{R"({"id":"t1","status":"open","error":{"code":"locked"}})"}}) {
    by_hand::walk sent;
    sent.read_and_send();
    ASSERT_EQ(sent.write_answers(200, body), "read") << body;
    ASSERT_EQ(sent.read_shows(by_hand::untouched), "finish") << body;
    EXPECT_EQ(sent.result(), outcome::refused) << body;
    EXPECT_EQ(std::get<action::finish>(sent.next).note.code, "locked") << body;
  }

  // All that was sent shows: then it is the resource, whatever else stands there.
  blind::walk shown;
  shown.to_the_wire();
  next = shown.answer(200, R"({"id":"t1","status":"done","error":{"code":"old"}})");
  ASSERT_TRUE(std::holds_alternative<action::finish>(next));
  EXPECT_EQ(std::get<action::finish>(next).result, outcome::applied);

  // Likewise of reads: a wanted null would else be found in it.
  by_hand::walk read;
  read.profile.fields[0].nullable = true;
  read.patch[0].json = "null";
  read.feed(event::started{});
  read.feed(event::near_due{});
  ASSERT_EQ(read.read_shows(locked), "finish");
  EXPECT_EQ(read.result(), outcome::refused);
  EXPECT_EQ(read.step->attempts(), 0u);

  by_hand::walk back;
  back.read_and_send();
  ASSERT_EQ(back.write_answers(200, by_hand::untouched), "read");
  ASSERT_EQ(back.read_shows(locked), "finish");
  EXPECT_EQ(back.result(), outcome::mismatch);
}

TEST(JobStepStrangers, WhatARuleCallsASuccessIsOne) {
  api::status_rule fine;
  fine.statuses = {{409, 409}};
  fine.code = "already";
  fine.then = api::verdict::ok;
  for (const int status : {409, 200}) {
    blind::walk w;
    w.profile.reply.is = api::reply_kind::none;
    fine.statuses = {{status, status}};
    w.profile.rules = {fine};
    w.to_the_wire();
    const auto next = w.answer(status, blind::envelope("already"));
    ASSERT_TRUE(std::holds_alternative<action::finish>(next)) << status;
    EXPECT_EQ(std::get<action::finish>(next).result, outcome::applied) << status;
  }
}

TEST(JobStepStrangers, ASentenceIsNoAnswerOfAnApiWhoseWritesShowNothing) {
  blind::walk w;
  w.profile.reply.is = api::reply_kind::none;
  w.to_the_wire();
  const auto next = w.answer(200, "Down for maintenance");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  EXPECT_TRUE(w.step.last().foreign);
}

// ---- what is certain after one look ----

TEST(JobStepStrangers, WhatIsCertainIsNotAskedSixTimes) {
  struct {
    std::string id;  // of the row
    std::string shown;
    int looks;
    const char* code;
    const char* says;
  } const rows[] = {
      {"T1", item("open", "a"), 1, "other_id", "id_compare"},
      {"{t-1}", item("open", "a"), 1, "other_id", "asked for {t-1}, it shows \"t1\""},
      {"t9", item("open", "a"), 2, "other_id", "resource.id"},
      {"t1", R"({"status":"open","title":"a"})", 2, "other_id", "shows no id"},
      {"t1", R"([{"id":"t1"}])", 1, "unreadable_reply", "a list"},
      {"t1", "{\"id\":\"t1\",\"status\":\"\xe9\"}", 1, "unreadable_reply", "byte 0xE9 at offset 21"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.id + row.shown);
    by_hand::walk w;
    w.job.id = row.id;
    w.step->reset(w.job, {});
    ASSERT_EQ(w.feed(event::started{}), "queue");
    for (int look = 1; look <= row.looks; ++look) {
      ASSERT_EQ(w.feed(event::near_due{}), "read");
      const auto said = w.read_shows(row.shown);
      ASSERT_EQ(said, look < row.looks ? "sleep" : "finish");
      if (said == "sleep") {
        ASSERT_EQ(w.wake(), "queue");
      }
    }
    const auto& end = std::get<action::finish>(w.next);
    EXPECT_EQ(end.result, outcome::failed);
    EXPECT_EQ(end.trouble, reply_trouble::misread);
    EXPECT_EQ(end.note.code, row.code);
    EXPECT_THAT(std::string(end.note.message), HasSubstr(row.says));
  }
}

TEST(JobStepStrangers, AFieldOfAnotherShapeIsNotAskedForAgain) {
  auto profile = by_hand::shown_profile();
  profile.fields[0].echo = *parse_json_path("status.name");
  api::reply_reader reader(profile);
  api::resource_reader resources(profile, {}, nullptr, false);
  by_hand::walk w;
  w.step.emplace(profile, reader, &resources, w.options);
  w.step->reset(w.job, {});
  ASSERT_EQ(w.feed(event::started{}), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(by_hand::untouched), "finish") << "a text where the profile has an object";
  EXPECT_EQ(w.result(), outcome::failed);
  const auto& end = std::get<action::finish>(w.next);
  EXPECT_EQ(end.trouble, reply_trouble::misread);
  EXPECT_THAT(std::string(end.note.message), HasSubstr("does not show status"));
}

TEST(JobStepStrangers, AGarbledLookAtAWriteDecidesNothing) {
  by_hand::walk w;
  w.has_succeeded = true;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(200, by_hand::untouched), "read") << "another value than the one that was sent";
  ASSERT_EQ(w.read_shows("{\"id\":\"t1\",\"status\":\"\xe9\"}"), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.read_shows(by_hand::wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(JobStepStrangers, AnIdInAnotherCaseIsTheSameWhereTheProfileSaysSo) {
  by_hand::walk w;
  w.profile.reply.ids = id_compare::nocase;
  w.job.id = "T1";
  w.step->reset(w.job, {});
  w.read_and_send();
  ASSERT_EQ(w.write_answers(200, by_hand::wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

// ---- not now ----

TEST(JobStepStrangers, WhatIsLockedWaitsByItself) {
  for (const int status : {423, 425}) {
    by_hand::walk w;
    w.read_and_send();
    for (int met = 1; met <= 30; ++met) {
      ASSERT_EQ(w.write_answers(status), "sleep") << met;
      EXPECT_FALSE(w.step->last().outage);
      ASSERT_EQ(w.wake(), "queue");
      if (std::get_if<action::queue_for_write>(&w.next)->lead == 2s) {
        ASSERT_EQ(w.feed(event::near_due{}), "read");
        ASSERT_EQ(w.read_shows(by_hand::untouched), "queue");
      }
      w.to_the_wire();
    }
    ASSERT_EQ(w.write_answers(200, by_hand::wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied);
  }
}

// The pacer's gate is for the class; a row that is told so again and again leaves its slot to others.
TEST(JobStepStrangers, ARowThatIsThrottledAgainAndAgainWaitsByItself) {
  for (const bool of_read : {false, true}) {
    by_hand::walk w;
    if (of_read) {
      w.feed(event::started{});
      ASSERT_EQ(w.feed(event::near_due{}), "read");
    } else {
      w.read_and_send();
    }
    duration last{};
    for (int met = 1; met <= 8; ++met) {
      const auto said = w.answer(of_read, 429, {});
      if (met <= 2) {
        ASSERT_EQ(said, of_read ? "read" : "queue") << met;
      } else {
        ASSERT_EQ(said, "sleep") << met;
        const auto wait = std::get<action::sleep>(w.next).until - w.now;
        EXPECT_GT(wait, last) << met;
        last = met < 8 ? wait : duration{};
        ASSERT_EQ(w.wake(), "queue") << met;
        if (of_read) {
          ASSERT_EQ(w.feed(event::near_due{}), "read");
          continue;
        }
        if (std::get<action::queue_for_write>(w.next).lead == 2s) {
          ASSERT_EQ(w.feed(event::near_due{}), "read");
          ASSERT_EQ(w.read_shows(by_hand::untouched), "queue");
        }
      }
      if (!of_read) w.to_the_wire();
    }
  }
}

TEST(JobStepStrangers, AMisdirectedRequestGoesAgainOnANewConnection) {
  blind::walk w;
  w.to_the_wire();
  auto next = w.answer(421, "");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  EXPECT_TRUE(w.step.last().misdirected);
  w.now = std::get<action::sleep>(next).until;
  ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{})));
  next = w.feed(event::near_due{});
  ASSERT_TRUE(std::holds_alternative<action::lease>(next));
  EXPECT_EQ(std::get<action::lease>(next).need, connection_need::unused);
  ASSERT_TRUE(std::holds_alternative<action::await_grant>(w.feed(event::leased{})));
}

TEST(JobStepStrangers, NoWaitOfARowAloneIsAsLongAsAStrangerLikes) {
  blind::walk w;
  w.profile.headers.retry_after = "Retry-After";
  w.headers = {{"Retry-After", "86400"}};
  w.to_the_wire();
  const auto next = w.answer(421, "");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  EXPECT_LE(std::get<action::sleep>(next).until - w.now, 60s);
}

TEST(JobStepStrangers, TheConnectionComesBeforeTheReadWhereItTakesLong) {
  by_hand::walk w;
  w.feed(event::started{});
  w.feed(event::near_due{});
  ASSERT_EQ(w.read_shows(by_hand::untouched), "queue");
  for (int lease = 1; lease <= 2; ++lease) {
    ASSERT_EQ(w.feed(event::near_due{}), "lease");
    w.now += 6s;
    ASSERT_EQ(w.feed(event::leased{}), "read");
    EXPECT_EQ(std::get<action::read>(w.next).keeps_connection, lease == 2);
    w.now += 6s;
    ASSERT_EQ(w.read_shows(by_hand::untouched), lease == 1 ? "queue" : "grant");
  }
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  ASSERT_EQ(w.feed(event::intent_committed{}), "send");
}

}  // namespace
}  // namespace pawl::policy
