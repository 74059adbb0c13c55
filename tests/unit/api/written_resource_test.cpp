#include "engine/api/written_resource.hpp"

#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl::api {
namespace {

using testing::made_job;
using testing::members;
using testing::reading_profile;

std::string written(std::string_view body, const members& values, std::string_view updated_at = {}) {
  static const auto profile = reading_profile();
  const made_job job(profile, values);
  const job_view& view = job;
  std::string text;
  const auto size = written_resource(profile).show(text, body, view.patch, updated_at);
  EXPECT_TRUE(size == 0 || text.size() == size + 64) << "simdjson reads over the end";
  return text.substr(0, size);
}

TEST(WrittenResource, ShowsValuesWhereTheProfileSaysThatAReplyHasThem) {
  struct {
    const char *what, *body, *field, *value, *expected;
  } const table[] = {
      {"a member", R"({"id":"t1","status":"open"})", "status", R"("done")", R"({"id":"t1","status":"done"})"},
      {"white space", "{ \"status\" : \"open\" , \"x\" : 1 }", "status", "\"done\"",
       R"({"status":"done","x":1})"},
      {"one that is missing", R"({"id":"t1"})", "title", R"("new")", R"({"id":"t1","title":"new"})"},
      {"an empty object", "{}", "title", "null", R"({"title":null})"},
      {"inside an object", R"({"assignee":{"id":"u1","name":"Ann"}})", "assignee_id", R"("u2")",
       R"({"assignee":{"id":"u2","name":"Ann"}})"},
      {"where a null stands", R"({"assignee":null})", "assignee_id", R"("u2")",
       R"({"assignee":{"id":"u2"}})"},
      {"a list of objects", R"({"tags":[{"id":"a","name":"A"}]})", "tag_ids", R"(["b","c"])",
       R"({"tags":[{"id":"b"},{"id":"c"}]})"},
      {"an empty list", R"({"tags":[{"id":"a"}]})", "tag_ids", "[]", R"({"tags":[]})"},
      {"a null for a list", R"({"tags":[{"id":"a"}]})", "tag_ids", "null", R"({"tags":[]})"},
      {"what no reply shows stays out", R"({"id":"t1"})", "closed_loop", "true", R"({"id":"t1"})"},
  };
  for (const auto& t : table) EXPECT_EQ(written(t.body, {{t.field, t.value}}), t.expected) << t.what;
}

TEST(WrittenResource, TakesSeveralValuesAndTheMoment) {
  EXPECT_EQ(
      written(R"({"status":"open","updated_at":"2026-01-01T00:00:00Z"})",
              {{"status", R"("snoozed")"}, {"snoozed_until", R"("2031-01-01T00:00:00Z")"}},
              R"("2026-02-02T00:00:00Z")"),
      R"({"status":"snoozed","updated_at":"2026-02-02T00:00:00Z","snoozed_until":"2031-01-01T00:00:00Z"})");
}

TEST(WrittenResource, PutsAValueIntoTheElementThatThePathPicks) {
  struct {
    const char *echo, *body, *expected;
  } const table[] = {
      {"f[id=7].value", R"({"f":[{"id":6},{"id":7,"value":1,"x":2}]})",
       R"({"f":[{"id":6},{"id":7,"value":"v","x":2}]})"},
      {"f[id=7].value", R"({"f":[{"id":6}]})", R"({"f":[{"id":6},{"id":7,"value":"v"}]})"},
      {"f[id=7].value", R"({"f":null})", R"({"f":[{"id":7,"value":"v"}]})"},
      {"f[id=7].value", R"({"f":[{"id":7},{"id":7}]})", ""},
      {"f[0].a.b", R"({"f":[{"a":{"b":1}},2]})", R"({"f":[{"a":{"b":"v"}},2]})"},
      {"f[0]", "{}", R"({"f":["v"]})"},
      {"f[1]", R"({"f":[1]})", R"({"f":[1,"v"]})"},
      {"f[2]", R"({"f":[1]})", ""},
      {"a.f[0].b", "{}", R"({"a":{"f":[{"b":"v"}]}})"},
  };
  for (const auto& t : table) {
    profile p;
    p.fields.emplace_back().name = "field";
    p.fields[0].echo = *parse_json_path(t.echo);
    const field_value value{field_index{0}, "field", "\"v\""};
    std::string text;
    const auto size = written_resource(p).show(text, t.body, {&value, 1}, {});
    EXPECT_EQ(text.substr(0, size), t.expected) << t.echo << " in " << t.body;
  }
}

TEST(WrittenResource, IsNoneWhereTheBodyIsNoObject) {
  for (const auto* body : {"", "[]", "null", "{\"a\"", "{\"a\":1,}x", "{\"a\" 1}"})
    EXPECT_EQ(written(body, {{"status", "\"done\""}}), "") << body;
}

}  // namespace
}  // namespace pawl::api
