// What one look decides: of a 2xx that shows no resource, and of a reply that leaves no doubt.
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
using ::testing::HasSubstr;

// ---- a 2xx is never sent again ----

TEST(JobStepOneLook, A2xxThatShowsNoResourceIsReadBackOnce) {
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
TEST(JobStepOneLook, AReadThatShowsNothingOfAnAcceptedWriteCannotTell) {
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

TEST(JobStepOneLook, WhereNobodyCanReadA2xxWithoutAResourceIsUnknown) {
  for (const auto* reply : {"", "{}", "[]", R"({"id":"t2","status":"done"})"}) {
    blind::blind_walk w;
    w.to_the_wire();
    const auto next = w.answer(200, reply);
    ASSERT_TRUE(std::holds_alternative<action::finish>(next)) << reply;
    EXPECT_EQ(std::get<action::finish>(next).result, outcome::unknown);
  }
}

TEST(JobStepOneLook, ARunThatStopsBeforeTheReadBackDoesNotForgetThe2xx) {
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
TEST(JobStepOneLook, ARunThatStopsAtTheReadBackDoesNotForgetThe2xx) {
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

TEST(JobStepOneLook, AStaleLookAtAnAcceptedWriteIsNoMismatch) {
  by_hand::walk w;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(204), "read");
  ASSERT_EQ(w.read_shows(by_hand::untouched), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.read_shows(by_hand::wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
  EXPECT_EQ(w.step->attempts(), 1u);
}

TEST(JobStepOneLook, AnErrorInA2xxIsNoSuccess) {
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
    blind::blind_walk w;
    w.profile.reply.is = api::reply_kind::none;
    w.to_the_wire();
    const auto next = w.answer(200, row.body);
    ASSERT_TRUE(std::holds_alternative<action::finish>(next)) << row.body;
    EXPECT_EQ(std::get<action::finish>(next).result, row.result) << row.body;
  }
}

TEST(JobStepOneLook, AnErrorThatNamesTheResourceIsNoSuccess) {
  const std::string locked = R"({"id":"t1","success":false,"error":{"code":"locked","message":"no"}})";
  blind::blind_walk w;
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
  blind::blind_walk shown;
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

TEST(JobStepOneLook, WhatARuleCallsASuccessIsOne) {
  api::status_rule fine;
  fine.statuses = {{409, 409}};
  fine.code = "already";
  fine.then = api::verdict::ok;
  for (const int status : {409, 200}) {
    blind::blind_walk w;
    w.profile.reply.is = api::reply_kind::none;
    fine.statuses = {{status, status}};
    w.profile.rules = {fine};
    w.to_the_wire();
    const auto next = w.answer(status, blind::envelope("already"));
    ASSERT_TRUE(std::holds_alternative<action::finish>(next)) << status;
    EXPECT_EQ(std::get<action::finish>(next).result, outcome::applied) << status;
  }
}

TEST(JobStepOneLook, ASentenceIsNoAnswerOfAnApiWhoseWritesShowNothing) {
  blind::blind_walk w;
  w.profile.reply.is = api::reply_kind::none;
  w.to_the_wire();
  const auto next = w.answer(200, "Down for maintenance");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  EXPECT_TRUE(w.step.last().foreign);
}

// ---- what is certain after one look ----

TEST(JobStepOneLook, WhatIsCertainIsNotAskedSixTimes) {
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

TEST(JobStepOneLook, AFieldOfAnotherShapeIsNotAskedForAgain) {
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

TEST(JobStepOneLook, AGarbledLookAtAWriteDecidesNothing) {
  by_hand::walk w;
  w.has_succeeded = true;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(200, by_hand::untouched), "read") << "another value than the one that was sent";
  ASSERT_EQ(w.read_shows("{\"id\":\"t1\",\"status\":\"\xe9\"}"), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.read_shows(by_hand::wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(JobStepOneLook, AnIdInAnotherCaseIsTheSameWhereTheProfileSaysSo) {
  by_hand::walk w;
  w.profile.reply.ids = id_compare::nocase;
  w.job.id = "T1";
  w.step->reset(w.job, {});
  w.read_and_send();
  ASSERT_EQ(w.write_answers(200, by_hand::wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

}  // namespace
}  // namespace pawl::policy
