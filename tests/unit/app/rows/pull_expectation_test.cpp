// What pull prints as a precondition, `run` accepts and finds true at once.
#include "engine/api/resource_reader.hpp"
#include "engine/app/rows/pull_rows.hpp"
#include "engine/input/job_source.hpp"
#include "engine/text/json_padding.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::app {
namespace {

using ::testing::HasSubstr;

api::profile things() {
  auto p = api::testing::reading_profile();
  auto& status = p.fields[to_index(*p.find("status"))];
  status.type = api::field_type::enumeration;
  status.values = {"open", "done"};
  p.fields[to_index(*p.find("title"))].max_length = 300'000;
  p.fields[to_index(*p.find("ai_draft_sources"))].type = api::field_type::json;
  auto& price = p.fields.emplace_back(api::testing::make_field("price", api::comparison::exact, "price"));
  price.type = api::field_type::number;
  price.wire = api::wire_form::string;
  return p;
}

// The text that is printed, or the failure.
std::string pulled(const api::profile& profile, const std::vector<std::string>& fields,
                   const std::string& members, table_format format) {
  pull_options options;
  options.notes = {"title"};
  options.expect = fields;
  const auto columns = plan_pull(profile, {}, options);
  if (!columns) return to_string(columns.error());
  pull_syntax syntax;
  syntax.format = format;
  pull_rows rows(profile, profile.reply.id, {}, *columns, syntax);
  auto text = rows.header();
  std::string item = R"({"id":"a",)" + members + "}";
  const auto size = item.size();
  item.append(json_padding, ' ');
  const auto taken = rows.add(std::string_view{item}.substr(0, size), wall_time{}, text);
  return taken ? text : to_string(taken.error());
}

TEST(PullExpectation, IsNothingThatNoRowMayHold) {
  const std::string deep = std::string(63, '[') + std::string(63, ']');
  struct row {
    const char* field;
    std::string members;
    const char* why;
  };
  const std::vector<row> table{
      {"title", R"("title":"cut \ud83d")", "title is a value that no row may hold"},
      {"title", "\"title\":\"" + std::string(256 * 1024, 'x') + "\"", "title is longer or nested deeper"},
      {"ai_draft_sources", "\"ai_draft_sources\":" + deep, "ai_draft_sources is longer or nested deeper"},
      {"ai_draft_sources", R"("ai_draft_sources":{"a":1,"a":2})", "no row may hold"},
      {"status", R"("status":"merged")", "must be one of open, done"},
      {"title", R"("title":{"en":"x"})", "title must be a string"},
      {"tag_ids", R"("tags":[{"id":5}])", "tag_ids"},
      {"snoozed_until", R"("snoozed_until":"tomorrow")", "must be an RFC 3339 time"},
      {"score", R"("score":"many")", "score must be a number"},
      {"price", R"("price":"many")", "price must be a number"},
  };
  const auto profile = things();
  for (const auto format : {table_format::csv, table_format::ndjson})
    for (const auto& row : table) {
      const auto failed = pulled(profile, {row.field}, row.members, format);
      EXPECT_TRUE(failed.starts_with("a: " + std::string{row.field} + ' ')) << failed.substr(0, 200);
      EXPECT_THAT(failed, HasSubstr(row.why));
      EXPECT_THAT(failed, HasSubstr("--expect"));
    }
}

TEST(PullExpectation, IsTrueAtOnce) {
  const std::vector<std::string> all{
      R"("title":" two\nlines ","status":"open","tags":[{"id":"a"},{"id":"b;c"}],"score":1.50,)"
      R"("snoozed_until":"2027-01-01T00:00:00Z","ai_draft_sources":[{"b": 1, "a": "x"}],"price":"5.0")",
      R"("title":"\ud83d\ude00 \"","status":"done","tags":[],"score":-0,"snoozed_until":null,)"
      R"("ai_draft_sources":"null","price":null)",
      R"("title":null,"status":null,"tags":[{"id":"[x]"},{"id":"null"}],"score":null)",
  };
  const std::vector<std::string> fields{"title",         "status",           "tag_ids", "score",
                                        "snoozed_until", "ai_draft_sources", "price"};
  const auto profile = things();
  for (const auto format : {table_format::csv, table_format::ndjson})
    for (const auto& members : all) {
      const auto text = pulled(profile, fields, members, format);
      input::source_options options;
      options.format = format == table_format::csv ? input::file_format::csv : input::file_format::ndjson;
      options.set = {{"text", "x"}};
      auto source = input::job_source::from_bytes("pulled", text, profile, options);
      ASSERT_TRUE(source) << to_string(source.error()) << text;
      job_batch batch;
      ASSERT_TRUE(source->next(batch)) << text;
      ASSERT_EQ(batch.size(), 1u) << text;
      ASSERT_EQ(batch.error(0), nullptr) << text << batch.error(0)->complaints.at(0).what;
      EXPECT_EQ(batch.job(0).expect.size(), fields.size()) << text;
      api::resource_reader reader(profile, {}, nullptr, false);
      api::write_plan plan;
      const api::testing::padded body(R"({"id":"a",)" + members + "}");
      ASSERT_EQ(reader.make_plan(body, batch.job(0), {}, plan), api::readability::readable);
      EXPECT_EQ(plan.unmet, "") << text;
    }
}

TEST(PullExpectation, IsNothingThatACellWouldSayOtherwise) {
  for (const auto* title : {R"("title":"a\u0000")", R"("title":"")", R"("title":"null")"})
    EXPECT_THAT(pulled(things(), {"title"}, title, table_format::csv), HasSubstr("--format ndjson"));
  EXPECT_THAT(pulled(things(), {"title"}, R"("title":"a\u0000")", table_format::ndjson),
              HasSubstr(R"("expect":{"title":"a\u0000"})"));
}

TEST(PullExpectation, KeepsRowsAsShortAsRowsMustBe) {
  auto profile = things();
  std::string members;
  std::vector<std::string> fields;
  for (const auto* name : {"f1", "f2", "f3", "f4", "f5"}) {
    profile.fields.push_back(api::testing::make_field(name, api::comparison::exact, name));
    fields.emplace_back(name);
    members += (members.empty() ? "\"" : ",\"") + fields.back() + "\":\"" + std::string(250'000, 'x') + "\"";
  }
  for (const auto format : {table_format::csv, table_format::ndjson})
    EXPECT_THAT(pulled(profile, fields, members, format), HasSubstr("the row would be longer than"));
}

}  // namespace
}  // namespace pawl::app
