#include "engine/plan/later_rows.hpp"

#include "config/profile_loader.hpp"
#include "engine/input/field_names.hpp"
#include "engine/input/job_source.hpp"
#include "tests/unit/config/productlane.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pawl::plan {
namespace {

using config::by_name::productlane;

// What of the first row's patch stays out when `later` rows of its id (patches) have the last word.
std::string left_out(const std::string& patch, const std::vector<std::string>& later,
                     const api::profile& profile = productlane()) {
  std::string text =
      R"({"id":"t1","patch":)" + patch + "}\n" + R"({"id":"t2","patch":{"title":"other"}})" + "\n";
  for (const auto& p : later) text += R"({"id":"t1","patch":)" + p + "}\n";
  input::source_options options;
  options.format = input::file_format::ndjson;
  auto source = input::job_source::from_bytes("jobs.ndjson", text, productlane(), options);
  job_batch batch;
  if (!source || !source->next(batch)) return "cannot be read";
  later_rows rows{profile};
  rows.watch("t1", 1);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.error(i) != nullptr) return "bad row: " + batch.error(i)->complaints.at(0).what;
    rows.note(batch.job(i));
  }
  rows.keep(batch.job(0));
  const auto judged = rows.judge(batch.job(0));
  rows.for_each_kept([&](const job_view& kept) {
    const auto again = rows.judge(kept);
    EXPECT_EQ(again.row, judged.row);
    EXPECT_EQ(again.fields, judged.fields) << "what is kept of a row judges it as the row does: " << patch;
    EXPECT_EQ(again.superseded, judged.superseded);
  });
  std::string names;
  for (const auto& name : judged.fields) names += (names.empty() ? "" : " ") + name;
  return judged.superseded ? names + " (all)" : names;
}

TEST(LaterRows, ThatReplacedTheResourceHaveTheLastWordOnAllOfIt) {
  for (const auto body : {std::optional{api::body_content::row}, std::optional<api::body_content>{}}) {
    auto replacing = productlane();
    replacing.body_is = body;
    EXPECT_EQ(left_out(R"({"title":"a"})", {R"({"pain_level":"LOW"})"}, replacing), "title (all)");
    EXPECT_EQ(left_out(R"({"title":"a","pain_level":"LOW"})", {R"({"title":"b"})"}, replacing),
              "title pain_level (all)");
    EXPECT_EQ(left_out(R"({"title":"a"})", {}, replacing), "");
  }
  auto whole = productlane();
  whole.body_is = api::body_content::whole;
  EXPECT_EQ(left_out(R"({"title":"a"})", {R"({"pain_level":"LOW"})"}, whole), "");
}

TEST(LaterRows, AreThoseOfTheIdInAnotherCaseWhereTheApiTakesThemForOne) {
  const std::vector<field_value> title{{*input::field_names{productlane()}.find("title"), "title", "\"a\""}};
  for (const auto how : {id_compare::exact, id_compare::nocase}) {
    auto profile = productlane();
    profile.reply.ids = how;
    later_rows rows{profile};
    job_view first, later;
    first.row = 1, first.id = "0A-b", first.patch = title;
    later.row = 2, later.id = "0a-B", later.patch = title;
    rows.watch(first.id, first.row);
    rows.note(later);
    EXPECT_EQ(rows.judge(first).superseded, how == id_compare::nocase);
  }
}

TEST(LaterRows, HaveTheLastWordOnTheirFields) {
  struct row {
    std::string patch;
    std::vector<std::string> later;
    const char* want;
  };
  const std::vector<row> table{
      {R"({"title":"a"})", {}, ""},
      {R"({"title":"a"})", {R"({"pain_level":"LOW"})"}, ""},
      {R"({"title":"a"})", {R"({"title":"b"})"}, "title (all)"},
      {R"({"title":"a"})", {R"({"title":"a"})"}, "title (all)"},
      {R"({"title":"a","pain_level":"LOW"})", {R"({"title":"b"})"}, "title"},
      {R"({"title":"a","pain_level":"LOW"})",
       {R"({"title":"b"})", R"({"pain_level":"HIGH"})"},
       "title pain_level (all)"},
      // What goes together or rides along.
      {R"({"status":"done","closed_loop":true})", {R"({"status":"open"})"}, "status closed_loop (all)"},
      {R"({"status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z","title":"a"})",
       {R"({"status":"open"})"},
       "status snoozed_until"},
      {R"({"status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z","title":"a"})",
       {R"({"snoozed_until":"2027-02-01T00:00:00Z"})"},
       "status snoozed_until"},
      {R"({"status":"open","title":"a"})", {R"({"snoozed_until":"2027-02-01T00:00:00Z"})"}, ""},
      // Sets.
      {R"({"tag_ids":["a"]})", {R"({"tag_ids":["b"]})"}, "tag_ids (all)"},
      {R"({"tag_ids":["a"]})", {R"({"add_tag_ids":["b"]})"}, "tag_ids (all)"},
      {R"({"add_tag_ids":["a"]})", {R"({"tag_ids":["b"]})"}, "add_tag_ids (all)"},
      {R"({"add_tag_ids":["a"]})", {R"({"add_tag_ids":["b"]})"}, ""},
      {R"({"add_tag_ids":["a"]})", {R"({"add_tag_ids":["a"]})"}, ""},
      {R"({"add_tag_ids":["a"]})", {R"({"remove_tag_ids":["b"]})"}, ""},
      {R"({"add_tag_ids":["a"]})", {R"({"remove_tag_ids":["b","a"]})"}, "add_tag_ids (all)"},
      {R"({"remove_tags":["a"]})", {R"({"add_tags":["a"]})"}, "remove_tags (all)"},
      {R"({"remove_tags":["a"]})", {R"({"add_tag_ids":["x"]})"}, "remove_tags (all)"},
      {R"({"add_tags":["a"],"title":"b"})", {R"({"title":"c"})"}, "title"},
  };
  for (const auto& row : table) EXPECT_EQ(left_out(row.patch, row.later), row.want) << row.patch;
}

TEST(LaterRows, EarlierRowsAndOtherIdsSayNothing) {
  later_rows rows{productlane()};
  const auto title = productlane().find("title").value();
  const field_value value{title, "title", "\"a\""};
  job_view job;
  job.patch = {&value, 1};
  job.id = "t1";
  rows.watch("t1", 5);
  job.row = 4;
  rows.note(job);
  job.row = 6;
  job.id = "t2";
  rows.note(job);
  job.id = "t1";
  rows.watch("t1", 7);
  rows.note(job);  // row 6: after the first of the two that are tried again, before the second
  job.row = 5;
  EXPECT_TRUE(rows.judge(job).superseded);
  job.row = 7;
  EXPECT_TRUE(rows.judge(job).fields.empty());
}

// Long inputs have many of these rows, so little is kept of each.
TEST(LaterRows, KeepWhatARowIsJudgedBy) {
  auto profile = productlane();
  profile.pass_unknown_fields = true;
  profile.reply.ids = id_compare::nocase;
  input::source_options options;
  options.format = input::file_format::ndjson;
  auto source = input::job_source::from_bytes(
      "jobs.ndjson",
      R"({"id":"T1","patch":{"title":"a","status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z","x":1,"y":2}})"
      "\n"
      R"({"id":"t2","patch":{"title":"b"}})"
      "\n\n\n"
      R"({"id":"t1","patch":{"status":"open","add_tags":["b","a"],"y":1}})"
      "\n"
      R"({"id":"t3","patch":{"y":3,"z":3}})"
      "\n"
      R"({"id":"t1","patch":{"y":4}})"
      "\n",
      profile, options);
  ASSERT_TRUE(source);
  job_batch batch;
  ASSERT_TRUE(source->next(batch));
  ASSERT_EQ(batch.size(), 5u);
  later_rows building{profile};
  for (const std::size_t i : {0u, 2u, 3u}) building.watch(batch.job(i).id, batch.job(i).row);
  for (std::size_t i = 0; i < 4; ++i) building.keep(batch.job(i));
  building.note(batch.job(4));
  const auto rows = std::move(building);
  std::string said;
  rows.for_each_kept([&](const job_view& job) {
    said += job.id;
    said += " " + std::to_string(job.row) + " line " + std::to_string(job.line);
    for (const auto& value : job.patch) {
      EXPECT_EQ(value.field == passed_field, value.name.size() == 1);
      said += " " + std::string{value.name} + "=" + std::string{value.json};
    }
    for (const auto& name : rows.judge(job).fields) said += " without " + name;
    said += "\n";
  });
  EXPECT_EQ(said,
            "t1 1 line 1 title= status=\"snoozed\" snoozed_until= x= y= without y\n"
            "t1 3 line 5 status= add_tags=[\"b\",\"a\"] y= without y\n"
            "t3 4 line 6 y= z=\n");
}

// Whose patches are to be read at all is known by the ids and rows of a ledger.
TEST(LaterRows, ThatFollowAreKnownByTheirIds) {
  for (const auto how : {id_compare::exact, id_compare::nocase}) {
    auto profile = productlane();
    profile.reply.ids = how;
    later_rows rows{profile};
    EXPECT_EQ(rows.first_row(), 0u);
    EXPECT_FALSE(rows.follows("alone", 1));
    rows.watch("alone", 3);
    rows.watch("twice", 9);
    rows.watch("twice", 6);
    EXPECT_EQ(rows.first_row(), 3u);
    struct row {
      const char* id;
      std::uint64_t number;
      bool follows;
    };
    const std::vector<row> table{{"twice", 2, false},
                                 {"twice", 5, false},
                                 {"twice", 6, false},
                                 {"others", 7, false},
                                 {"twice", 8, true},
                                 {"twice", 11, true},
                                 {"TWICE", 12, how == id_compare::nocase}};
    for (const auto& row : table) EXPECT_EQ(rows.follows(row.id, row.number), row.follows) << row.number;
    rows.forget_the_others();
    EXPECT_FALSE(rows.is_watched("alone"));
    EXPECT_TRUE(rows.is_watched("twice"));
    EXPECT_EQ(rows.first_row(), 6u);
  }
  later_rows rows{productlane()};
  rows.watch("alone", 3);
  rows.forget_the_others();
  EXPECT_EQ(rows.first_row(), 0u);
}

TEST(LaterRows, OutcomesWithTheLastWord) {
  for (const auto o : {outcome::applied, outcome::unchanged, outcome::mismatch, outcome::unknown})
    EXPECT_TRUE(has_last_word(o)) << to_string(o);
  for (const auto o :
       {outcome::skipped, outcome::superseded, outcome::refused, outcome::failed, outcome::invalid})
    EXPECT_FALSE(has_last_word(o)) << to_string(o);
}

}  // namespace
}  // namespace pawl::plan
