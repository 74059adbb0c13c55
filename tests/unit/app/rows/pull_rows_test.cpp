#include "engine/app/rows/pull_rows.hpp"

#include "tests/unit/api/thread_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const api::profile& threads() {
  static const auto profile = api::testing::reading_profile();
  return profile;
}

api::precondition condition(const std::string& text) {
  auto parsed = api::parse_precondition(text, threads());
  EXPECT_TRUE(parsed) << text;
  return *parsed;
}

// "_title expect.status".
std::string planned(const std::vector<std::string>& where, const pull_options& options = {}) {
  std::vector<api::precondition> conditions;
  for (const auto& text : where) conditions.push_back(condition(text));
  const auto plan = plan_pull(threads(), conditions, options);
  if (!plan) return to_string(plan.error());
  std::string names;
  for (const auto& c : *plan)
    names +=
        (names.empty() ? "" : " ") + std::string{c.is == pull_column::kind::note ? "_" : "expect."} + c.field;
  return names;
}

pull_options asking(std::vector<std::string> notes, std::vector<std::string> expect) {
  pull_options o;
  o.notes = std::move(notes);
  o.expect = std::move(expect);
  return o;
}

TEST(PullPlan, ExpectsWhatTheConditionsName) {
  EXPECT_EQ(planned({}), "_title _status");
  EXPECT_EQ(planned({"status = open"}), "_title expect.status");
  EXPECT_EQ(planned({"status = open", "status != done", "tag_ids has x"}),
            "_title expect.status expect.tag_ids");
  // What only replies show cannot stand in a row.
  EXPECT_EQ(planned({"last_inbound_message_at older than 90d"}), "_title _status");
  EXPECT_EQ(planned({"status = open"}, asking({"none"}, {"none"})), "");
  EXPECT_EQ(planned({"status = open"}, asking({"updated_at", "tag_ids"}, {"title"})),
            "_updated_at _tag_ids expect.title");
}

TEST(PullPlan, RefusesWhatCannotBe) {
  EXPECT_THAT(planned({}, asking({"colour"}, {})), HasSubstr("--note: the profile threads shows no field"));
  EXPECT_THAT(planned({}, asking({"add_tags"}, {})), HasSubstr("shows no field"));
  EXPECT_THAT(planned({}, asking({"closed_loop"}, {})), HasSubstr("shows no field"));
  EXPECT_THAT(planned({}, asking({}, {"updated_at"})), HasSubstr("--only-if"));
  EXPECT_THAT(planned({}, asking({}, {"title", "title"})), HasSubstr("twice"));
}

struct written {
  std::string text;
  std::vector<pull_rows::taken> taken;
  std::string failed;
  std::string incomplete;
};

written write(const std::vector<std::string>& items, const std::vector<std::string>& where,
              const pull_options& options, table_format format = table_format::csv) {
  std::vector<api::precondition> conditions;
  for (const auto& text : where) conditions.push_back(condition(text));
  auto columns = plan_pull(threads(), conditions, options);
  EXPECT_TRUE(columns);
  pull_syntax syntax;
  syntax.format = format;
  pull_rows rows(threads(), threads().reply.id, conditions, *columns, syntax);
  written result;
  result.text = rows.header();
  for (const auto& item : items) {
    auto padded = item;
    padded.resize(item.size() + 64, ' ');
    const auto taken = rows.add(std::string_view{padded}.substr(0, item.size()), wall_time{}, result.text);
    if (!taken) {
      result.failed = to_string(taken.error());
      break;
    }
    result.taken.push_back(*taken);
  }
  if (const auto whole = rows.complete(); !whole) result.incomplete = to_string(whole.error());
  return result;
}

TEST(PullRows, WriteEachMatchingItemOnce) {
  const auto got =
      write({R"({"id":"a","status":"open","title":"x"})", R"({"id":"b","status":"done","title":"y"})",
             R"({"id":"a","status":"open","title":"x"})", R"({"id":7,"status":"open"})"},
            {"status = open"}, {});
  EXPECT_EQ(got.text, "id,_title,expect.status\na,x,open\n7,,open\n");
  using enum pull_rows::taken;
  EXPECT_THAT(got.taken,
              ElementsAre(pull_rows::taken::written, left_out, seen_before, pull_rows::taken::written));
}

TEST(PullRows, CellsReadBackAsWhatTheyWere) {
  const auto cell = [](const std::string& field, const std::string& body) {
    const auto got = write({R"({"id":"a",)" + body + "}"}, {}, asking({"none"}, {field}));
    if (!got.failed.empty()) return got.failed;
    const auto line = got.text.substr(got.text.find('\n') + 1);
    return line.substr(2, line.size() - 3);  // behind "a," and before the line end
  };
  EXPECT_EQ(cell("title", R"("title":"a \"b\", c")"), R"("a ""b"", c")");
  EXPECT_EQ(cell("title", R"("title":"two\nlines")"), "\"two\nlines\"");
  EXPECT_EQ(cell("title", R"("title":" spaces ")"), "\" spaces \"");
  EXPECT_EQ(cell("title", R"("title":null)"), "null");
  EXPECT_EQ(cell("title", R"("other":1)"), "null");
  EXPECT_EQ(cell("assignee_id", R"("assignee":{"id":"u1"})"), "u1");
  EXPECT_EQ(cell("tag_ids", R"("tags":[{"id":"a"},{"id":"b"}])"), "a;b");
  EXPECT_EQ(cell("tag_ids", R"("tags":[])"), "[]");
  EXPECT_EQ(cell("tag_ids", R"("tags":[{"id":"a;b"}])"), R"("[""a;b""]")");
  EXPECT_EQ(cell("tag_ids", R"("tags":[{"id":"null"}])"), R"("[""null""]")");
  EXPECT_EQ(cell("score", R"("score":1.50)"), "1.50");
  EXPECT_EQ(cell("ai_draft_sources", R"("ai_draft_sources":"[1]")"), "[1]");
  // No cell can say these two.
  EXPECT_THAT(cell("title", R"("title":"")"), HasSubstr("--format ndjson"));
  EXPECT_THAT(cell("title", R"("title":"null")"), HasSubstr("--format ndjson"));
}

TEST(PullRows, NdjsonKeepsTheJsonInOneLine) {
  const auto got = write({"{\"id\":\"a\",\n\"title\":\"x: [ y\\\" ]\", \"tags\":[ {\"id\": \"t 1\"} ]}"}, {},
                         asking({"title"}, {"tag_ids"}), table_format::ndjson);
  EXPECT_EQ(got.text, "{\"id\":\"a\",\"_title\":\"x: [ y\\\" ]\",\"expect\":{\"tag_ids\":[\"t 1\"]}}\n");
}

TEST(PullRows, AnItemThatIsNotAsDescribedIsAFailure) {
  for (const auto* item :
       {"7", "{}", R"({"id":null})", R"({"id":""})", R"({"id":{}})", R"({"id":"a","status":"open")"})
    EXPECT_NE(write({item}, {}, {}).failed, "") << item;
  EXPECT_THAT(write({R"({"id":"a","updated_at":"yesterday"})"}, {"updated_at older than 1d"}, {}).failed,
              HasSubstr("updated_at"));
}

TEST(PullRows, AFieldThatNoItemShowsIsNotKnown) {
  const std::string bare = R"({"id":"a"})", open = R"({"id":"b","status":"open"})",
                    gone = R"({"id":"c","status":null})";
  EXPECT_THAT(write({bare}, {"status = open"}, {}).incomplete,
              HasSubstr("--where: no item of the list shows status"));
  EXPECT_THAT(write({bare}, {"status is null"}, {}).incomplete, HasSubstr("--only-if 'status is null'"));
  EXPECT_THAT(write({bare}, {}, asking({}, {"title"})).incomplete, HasSubstr("--expect: no item"));
  // Others show it: what is left out is null.
  EXPECT_EQ(write({bare, open}, {"status = open"}, {}).incomplete, "");
  EXPECT_EQ(write({gone}, {"status = open"}, {}).incomplete, "");
  EXPECT_EQ(write({}, {"status = open"}, {}).incomplete, "");
  EXPECT_EQ(write({bare}, {}, asking({"title"}, {})).incomplete, "") << "a note is no condition";
}

TEST(PullRows, NotesAreNeutralAndNothingElseIsChanged) {
  const auto row = [](const std::string& body, table_format format = table_format::csv) {
    const auto text =
        write({"{\"id\":\"=a\"," + body + "}"}, {}, asking({"title", "score"}, {"status"}), format).text;
    return format == table_format::csv ? text.substr(text.find('\n') + 1) : text;
  };
  EXPECT_EQ(row(R"("title":"=1+1","status":"=s")"), "=a,'=1+1,,=s\n");
  EXPECT_EQ(row(R"("title":"\u001b[31m\t\n","status":"s")"), "=a,\\x1b[31m\\t\\n,,s\n");
  EXPECT_EQ(row(R"("title":"-x","score":-1.5,"status":"s")"), "=a,'-x,-1.5,s\n");
  EXPECT_EQ(row("\"title\":\"\xc2\x9b\",\"status\":\"\xc2\x9b\"", table_format::ndjson),
            "{\"id\":\"=a\",\"_title\":\"\\u009b\",\"_score\":null,\"expect\":{\"status\":\"\xc2\x9b\"}}\n");
}

TEST(IdSet, KnowsWhatItHasSeen) {
  id_set seen;
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(seen.insert("thr_" + std::to_string(i)));
  for (int i = 0; i < 5000; ++i) EXPECT_FALSE(seen.insert("thr_" + std::to_string(i)));
  EXPECT_TRUE(seen.insert(""));
  EXPECT_FALSE(seen.insert(""));
}

}  // namespace
}  // namespace pawl::app
