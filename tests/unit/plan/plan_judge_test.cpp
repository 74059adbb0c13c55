#include "engine/plan/plan_judge.hpp"

#include "config/profile_loader.hpp"
#include "tests/unit/api/thread_reading.hpp"
#include "tests/unit/config/productlane.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pawl::plan {
namespace {

using config::by_name::productlane;

using api::testing::made_job;
using api::testing::members;

class judging : public ::testing::Test {
 protected:
  void SetUp() override { start(); }
  void start(bool force = false, std::unordered_map<std::uint64_t, ledger::intent_row> left = {},
             std::vector<api::precondition> conditions = {}) {
    conditions_ = std::move(conditions);
    reader_.emplace(productlane(), conditions_, nullptr, force);
    auto scratch = ledger::planned_values::create(id_compare::exact);
    ASSERT_TRUE(scratch) << to_string(scratch.error());
    judge_.emplace(productlane(), &*reader_, *std::move(scratch), std::move(left));
  }
  // A short text of what was found: "write status:open>done", "skipped ...".
  std::string judged(std::string body, members patch, members expect = {}, std::string id = "t1") {
    const made_job made(productlane(), std::move(patch), std::move(expect), std::move(id));
    job_view job = made;
    job.row = ++row_;
    body.append(64, ' ');
    const auto found = judge_->judge(job, std::string_view{body}.substr(0, body.size() - 64), wall_time{});
    if (!found) return to_string(found.error());
    std::string text;
    switch (found->is) {
      case planned::write:
        text = "write";
        break;
      case planned::unchanged:
        text = "unchanged";
        break;
      case planned::skipped:
        text = "skipped " + std::string{found->why};
        break;
      case planned::unreadable:
        text = "unreadable";
        break;
      default:
        text = "?";
    }
    for (const auto& c : found->changes)
      text += " " + std::string{c.name} + ":" + std::string{c.old_value.value_or("-")} + ">" +
              std::string{c.new_value} + (c.differs ? "" : "=");
    if (found->is_repeated) text += " repeated";
    if (found->contradicts)
      text += " contradicts " + std::string{found->contradicts->field} + "@" +
              std::to_string(found->contradicts->row);
    for (const auto& loss : found->losses) text += " lost:" + loss.field;
    for (const auto f : found->rides_unsent) text += " unsent:" + productlane()[f].name;
    return text;
  }

  std::vector<api::precondition> conditions_;
  std::optional<api::resource_reader> reader_;
  std::optional<plan_judge> judge_;
  std::uint64_t row_ = 0;
};

constexpr const char* open_thread =
    R"({"id":"t1","status":"open","title":"a","tags":[{"id":"x"}],"updated_at":"2026-01-01T00:00:00Z"})";

TEST_F(judging, SaysWhatTheRunWouldDo) {
  EXPECT_EQ(judged(open_thread, {{"status", "\"done\""}}), "write status:\"open\">\"done\"");
  EXPECT_EQ(judged(R"({"id":"t2","status":"done"})", {{"status", "\"done\""}}, {}, "t2"), "unchanged");
  EXPECT_EQ(judged(R"({"id":"t3","status":"done"})", {{"title", "\"b\""}}, {{"status", "\"open\""}}, "t3"),
            "skipped status is \"done\", expected \"open\"");
  EXPECT_EQ(judged("<html>", {{"title", "\"b\""}}, {}, "t4"), "unreadable");
  EXPECT_EQ(judged(open_thread, {{"title", "\"b\""}}, {}, "t5"), "unreadable") << "another id";
  EXPECT_EQ(
      judged(R"({"id":"t6","status":"open","tags":[{"id":"x"}]})", {{"add_tag_ids", R"(["y"])"}}, {}, "t6"),
      R"(write tag_ids:["x"]>["x","y"])");
}

TEST_F(judging, NamesWhatCannotBeUndoneAndWhatOnlyRides) {
  EXPECT_EQ(judged(open_thread, {{"status", "\"done\""}, {"closed_loop", "true"}}),
            "write status:\"open\">\"done\" closed_loop:->true lost:closed_loop");
  EXPECT_EQ(
      judged(R"({"id":"t2","status":"done"})", {{"status", "\"done\""}, {"closed_loop", "true"}}, {}, "t2"),
      "unchanged unsent:closed_loop");
  start(true);
  EXPECT_EQ(
      judged(R"({"id":"t2","status":"done"})", {{"status", "\"done\""}, {"closed_loop", "true"}}, {}, "t2"),
      "write closed_loop:->true lost:closed_loop");
}

TEST_F(judging, SeesWhatAnEarlierRowOfTheSameIdWillHaveWritten) {
  EXPECT_EQ(judged(open_thread, {{"title", "\"b\""}, {"status", "\"done\""}}),
            "write title:\"a\">\"b\" status:\"open\">\"done\"");
  EXPECT_EQ(judged(open_thread, {{"status", "\"done\""}}), "unchanged repeated");
  EXPECT_EQ(judged(open_thread, {{"title", "\"c\""}}),
            "write title:\"b\">\"c\" repeated contradicts title@1");
  EXPECT_EQ(judged(open_thread, {{"title", "\"a\""}}),
            "write title:\"c\">\"a\" repeated contradicts title@3");
  EXPECT_EQ(judged(open_thread, {{"pain_level", "\"LOW\""}}, {{"status", "\"open\""}}),
            "skipped status is \"done\", expected \"open\" repeated");
}

TEST_F(judging, AddsTagsToThoseThatAnEarlierRowAdds) {
  EXPECT_EQ(judged(open_thread, {{"add_tag_ids", R"(["y"])"}}), R"(write tag_ids:["x"]>["x","y"])");
  EXPECT_EQ(judged(open_thread, {{"add_tag_ids", R"(["z"])"}}),
            R"(write tag_ids:["x","y"]>["x","y","z"] repeated)")
      << "verbs of one set add up: no contradiction";
  EXPECT_EQ(judged(open_thread, {{"remove_tag_ids", R"(["q"])"}}), "unchanged repeated");
}

TEST_F(judging, DoesNotCountARowThatWouldWriteNothingAsWritten) {
  EXPECT_EQ(judged(open_thread, {{"title", "\"b\""}}, {{"status", "\"done\""}}),
            "skipped status is \"open\", expected \"done\"");
  EXPECT_EQ(judged(open_thread, {{"title", "\"b\""}}), "write title:\"a\">\"b\" repeated");
}

TEST_F(judging, SeesThatAKilledRunHasWrittenARow) {
  ledger::intent_row left;
  left.row = 1;
  left.id = "t1";
  left.was_read = true;
  left.old_values = R"({"status":"open"})";
  left.new_values = R"({"status":"done"})";
  start(false, {{1, left}});
  EXPECT_EQ(judged(R"({"id":"t1","status":"done"})", {{"status", "\"done\""}}, {{"status", "\"open\""}}),
            "unchanged")
      << "its own write made the precondition untrue";
}

TEST_F(judging, CountsUndecidedRowsAmongThoseOfTheirId) {
  const made_job gone(productlane(), {{"status", "\"done\""}});
  job_view job = gone;
  job.row = ++row_;
  const auto missing = judge_->undecided(job, planned::missing, "the API answered 404");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->why, "the API answered 404");
  EXPECT_EQ(judged(open_thread, {{"status", "\"open\""}}), "unchanged repeated contradicts status@1");
}

TEST_F(judging, TakesIdsInTwoCasesForOneWhereTheApiDoes) {
  for (const auto how : {id_compare::exact, id_compare::nocase}) {
    auto scratch = ledger::planned_values::create(how);
    ASSERT_TRUE(scratch);
    judge_.emplace(productlane(), nullptr, *std::move(scratch),
                   std::unordered_map<std::uint64_t, ledger::intent_row>{});
    judged("", {{"status", "\"done\""}}, {}, "0A-b");
    EXPECT_EQ(judged("", {{"status", "\"open\""}}, {}, "0a-B").find(" repeated") != std::string::npos,
              how == id_compare::nocase);
  }
}

TEST_F(judging, WritesEveryRowWhereNothingIsRead) {
  auto scratch = ledger::planned_values::create(id_compare::exact);
  ASSERT_TRUE(scratch);
  judge_.emplace(productlane(), nullptr, *std::move(scratch),
                 std::unordered_map<std::uint64_t, ledger::intent_row>{});
  EXPECT_EQ(judged("", {{"status", "\"done\""}}), "write status:->\"done\" lost:status");
}

}  // namespace
}  // namespace pawl::plan
