#include "engine/app/rows/plan_rows.hpp"

#include "cli/terminal/terminal_listener.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::app {
namespace {

using api::testing::made_job;
using plan::planned;

class plan_line : public ::testing::Test {
 protected:
  field_index field(const char* name) const { return *profile_.find(name); }
  std::string line(const plan::planned_row& row) const {
    std::string text;
    append_plan_line(text, row, profile_);
    return text;
  }
  std::string job(const plan::planned_row& row) {
    job_lines jobs(profile_, facts_);
    std::string text;
    jobs.append(text, row);
    return text;
  }
  api::profile profile_ = api::testing::reading_profile();
  input::source_facts facts_;
};

TEST_F(plan_line, SaysOldAndNewOfEachField) {
  const std::vector<plan::planned_change> changes{
      {field("status"), "status", "\"open\"", "\"done\"", true},
      {field("closed_loop"), "closed_loop", std::nullopt, "true", true},
      {field("ai_draft_sources"), "ai_draft_sources", "[ 1,\n 2 ]", "null", true}};
  const std::vector<plan::undo_loss> losses{{"closed_loop", plan::undo_obstacle::not_shown}};
  plan::planned_row row;
  row.row = 7;
  row.line = 8;
  row.id = "thr_\"7";
  row.changes = changes;
  row.losses = losses;
  row.is_repeated = true;
  row.contradicts = plan::contradiction{"status", 3};
  EXPECT_EQ(
      line(row),
      R"({"row":7,"line":8,"id":"thr_\"7","what":"write","changes":{"status":{"old":"open","new":"done"},)"
      R"("closed_loop":{"new":true},"ai_draft_sources":{"old":[1,2],"new":null}},"repeated":true,)"
      R"("contradicts":{"field":"status","row":3},"cannot_be_undone":["closed_loop"]})"
      "\n");
}

TEST_F(plan_line, SaysWhyNothingIsWritten) {
  plan::planned_row row;
  row.row = 1;
  row.line = 2;
  row.id = "t";
  struct {
    planned is;
    const char *why, *expected;
  } const table[] = {
      {planned::unchanged, "", R"("what":"unchanged"})"},
      {planned::skipped, "status is \"done\"", R"("what":"skipped","why":"status is \"done\""})"},
      {planned::missing, "404", R"("what":"missing","why":"404"})"},
      {planned::refused, "403", R"("what":"refused","why":"403"})"},
      {planned::unreadable, "500", R"("what":"unreadable","why":"500"})"},
      {planned::invalid, "bad", R"("what":"invalid","why":"bad"})"},
  };
  for (const auto& t : table) {
    row.is = t.is;
    row.why = t.why;
    EXPECT_EQ(line(row), std::string{R"({"row":1,"line":2,"id":"t",)"} + t.expected + "\n");
  }
}

TEST_F(plan_line, AJobCarriesItsWholePatchAndWhatStandsThereNow) {
  const made_job made(profile_, {{"status", "\"done\""}, {"title", "\"same\""}, {"closed_loop", "true"}},
                      {{"score", "5"}});
  plan::planned_row row;
  row.id = "t1";
  row.job = made;
  const std::vector<plan::planned_change> changes{
      {field("status"), "status", "\"open\"", "\"done\"", true},
      {field("closed_loop"), "closed_loop", std::nullopt, "true", true}};
  row.changes = changes;
  facts_.format = input::file_format::ndjson;
  EXPECT_EQ(job(row), R"({"id":"t1","patch":{"status":"done","title":"same","closed_loop":true},)"
                      R"("expect":{"score":5,"status":"open"}})"
                      "\n");
}

TEST_F(plan_line, AJobOfASetVerbExpectsTheWholeSet) {
  const made_job made(profile_, {{"add_tag_ids", R"(["b"])"}});
  plan::planned_row row;
  row.id = "t1";
  row.job = made;
  const std::vector<plan::planned_change> changes{
      {field("tag_ids"), "tag_ids", R"(["a"])", R"(["a","b"])", true}};
  row.changes = changes;
  EXPECT_EQ(job(row), R"({"id":"t1","patch":{"add_tag_ids":["b"]},"expect":{"tag_ids":["a"]}})"
                      "\n");
}

TEST_F(plan_line, AJobKeepsTheNotesOfItsRow) {
  const made_job made(profile_, {{"title", "\"x\""}});
  plan::planned_row row;
  row.id = "t1";
  row.job = made;
  facts_.format = input::file_format::ndjson;
  row.job.raw = R"( {"id":"t1", "_why" : "asked by \"Ann\"", "title":"x", "_n":{ "a": 1 }} )";
  EXPECT_EQ(job(row), R"({"id":"t1","patch":{"title":"x"},"_why":"asked by \"Ann\"","_n":{"a":1}})"
                      "\n");
  facts_.format = input::file_format::csv;
  facts_.columns = {"id", "title", "_note", "_more"};
  row.job.raw = "t1,x,\"says \"\"hi\"\", twice\",";
  EXPECT_EQ(job(row), R"({"id":"t1","patch":{"title":"x"},"_note":"says \"hi\", twice","_more":""})"
                      "\n");
}

TEST_F(plan_line, AnOldValueThatNoInputTakesIsLeftOut) {
  const made_job made(profile_, {{"title", "\"x\""}});
  plan::planned_row row;
  row.id = "t1";
  row.job = made;
  const auto huge = "\"" + std::string(300 * 1024, 'x') + "\"";
  const std::vector<plan::planned_change> changes{{field("title"), "title", huge, "\"x\"", true}};
  row.changes = changes;
  job_lines jobs(profile_, facts_);
  std::string text;
  jobs.append(text, row);
  EXPECT_EQ(text, "{\"id\":\"t1\",\"patch\":{\"title\":\"x\"}}\n");
  EXPECT_EQ(jobs.shortened(), 1u);

  const std::vector<plan::planned_change> half{{field("title"), "title", R"("cut \ud83d")", "\"x\"", true}};
  row.changes = half;
  text.clear();
  jobs.append(text, row);
  EXPECT_EQ(text, "{\"id\":\"t1\",\"patch\":{\"title\":\"x\"}}\n");
  EXPECT_EQ(jobs.shortened(), 2u);
}

TEST_F(plan_line, AnOldValueThatTheProfileDoesNotTakeIsLeftOut) {
  auto& status = profile_.fields[to_index(field("status"))];
  status.type = api::field_type::enumeration;
  status.values = {"open", "done"};
  const made_job made(profile_, {{"status", "\"done\""}, {"score", "1"}});
  plan::planned_row row;
  row.id = "t1";
  row.job = made;
  const std::vector<plan::planned_change> changes{{field("status"), "status", "\"merged\"", "\"done\"", true},
                                                  {field("score"), "score", R"({"wire":"many"})", "1", true}};
  row.changes = changes;
  job_lines jobs(profile_, facts_);
  std::string text;
  jobs.append(text, row);
  EXPECT_EQ(text, "{\"id\":\"t1\",\"patch\":{\"status\":\"done\",\"score\":1}}\n");
  EXPECT_EQ(jobs.shortened(), 1u);
  const std::vector<plan::planned_change> empty{{field("score"), "score", "null", "1", true}};
  row.changes = empty;
  text.clear();
  jobs.append(text, row);
  EXPECT_EQ(text, R"({"id":"t1","patch":{"status":"done","score":1},"expect":{"score":null}})"
                  "\n");
}

TEST(Confirmation, OnlyAYesIsAYes) {
  for (const auto* yes : {"y", "Y", "yes", "YES", " yes \r"}) EXPECT_TRUE(cli::is_yes(yes)) << yes;
  for (const auto* no : {"", " ", "n", "no", "yep", "y e s", "yes please", "j"})
    EXPECT_FALSE(cli::is_yes(no)) << no;
}

}  // namespace
}  // namespace pawl::app
