#include "engine/api/resource_reader.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

static void PrintTo(second_look::proof p, std::ostream* out) {
  constexpr const char* names[] = {"applied", "not_applied", "none"};
  *out << names[static_cast<std::size_t>(p)];
}

namespace {

using proof = second_look::proof;
using testing::made_job;
using testing::members;
using testing::padded;

struct look_case {
  const char* what;
  members sent;
  const char* old_values;
  const char* updated_at;  // before
  const char* body;
  bool shows_wanted;
  verified how;
  proof proven;
};

constexpr const char* t0 = R"("2026-11-20T10:00:00.000Z")";

TEST(SecondLook, ProvesWhatTheStateProves) {
  const std::vector<look_case> cases{
      {"the wanted value shows and another one stood there",
       {{"status", R"("done")"}},
       R"({"status":"open"})",
       t0,
       R"({"id":"t1","status":"done","updated_at":"2026-11-23T10:00:00Z"})",
       true,
       verified::full,
       proof::applied},
      {"that updated_at has not moved does not matter then",
       {{"status", R"("done")"}},
       R"({"status":"open"})",
       t0,
       R"({"id":"t1","status":"done","updated_at":"2026-11-20T10:00:00.000Z"})",
       true,
       verified::full,
       proof::applied},
      {"one of two had another value",
       {{"status", R"("done")"}, {"title", R"("B")"}},
       R"({"status":"done","title":"A"})",
       t0,
       R"({"id":"t1","status":"done","title":"B"})",
       true,
       verified::full,
       proof::applied},
      {"the wanted value stood there before",
       {{"status", R"("done")"}, {"notify", "{}"}},
       R"({"status":"done"})",
       t0,
       R"({"id":"t1","status":"done","updated_at":"2026-11-20T10:00:00.000Z"})",
       true,
       verified::partial,
       proof::none},
      {"nothing was read before",
       {{"status", R"("done")"}},
       "",
       "",
       R"({"id":"t1","status":"done","updated_at":"2026-11-20T10:00:00.000Z"})",
       true,
       verified::full,
       proof::none},
      {"the old value shows and updated_at has not moved",
       {{"status", R"("done")"}, {"notify", "{}"}},
       R"({"status":"open"})",
       t0,
       R"({"id":"t1","status":"open","updated_at":"2026-11-20T11:00:00+01:00"})",
       false,
       verified::none,
       proof::not_applied},
      {"the old value shows, but updated_at has moved",
       {{"status", R"("done")"}},
       R"({"status":"open"})",
       t0,
       R"({"id":"t1","status":"open","updated_at":"2026-11-20T10:00:00.001Z"})",
       false,
       verified::none,
       proof::none},
      {"updated_at is not shown now",
       {{"status", R"("done")"}},
       R"({"status":"open"})",
       t0,
       R"({"id":"t1","status":"open"})",
       false,
       verified::none,
       proof::none},
      {"updated_at is null, before and now",
       {{"status", R"("done")"}},
       R"({"status":"open"})",
       "",
       R"({"id":"t1","status":"open","updated_at":null})",
       false,
       verified::none,
       proof::none},
      {"updated_at was not shown before",
       {{"status", R"("done")"}},
       R"({"status":"open"})",
       "",
       R"({"id":"t1","status":"open","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::none},
      {"nothing was read before, and another value shows",
       {{"status", R"("done")"}},
       "",
       t0,
       R"({"id":"t1","status":"open","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::none},
      {"old values that cannot be read were not read",
       {{"status", R"("done")"}},
       R"({"status":"open")",
       t0,
       R"({"id":"t1","status":"open","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::none},
      {"a third value shows",
       {{"status", R"("done")"}},
       R"({"status":"open"})",
       t0,
       R"({"id":"t1","status":"snoozed","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::none},
      {"one is new, one is old",
       {{"status", R"("done")"}, {"title", R"("B")"}},
       R"({"status":"open","title":"A"})",
       t0,
       R"({"id":"t1","status":"done","title":"A","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::none},
      {"one was there before, the other is old",
       {{"status", R"("done")"}, {"title", R"("B")"}},
       R"({"status":"done","title":"A"})",
       t0,
       R"({"id":"t1","status":"done","title":"A","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::not_applied},
      {"a write that shows nowhere",
       {{"notify", R"({"slack":true})"}},
       "{}",
       t0,
       R"({"id":"t1","updated_at":"2026-11-20T10:00:00.000Z"})",
       true,
       verified::none,
       proof::none},
      {"an old value of one field is missing",
       {{"status", R"("done")"}, {"title", R"("B")"}},
       R"({"status":"open"})",
       t0,
       R"({"id":"t1","status":"open","title":"A","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::none},
      {"text that is normalised, beside a proof",
       {{"text", R"("Hi")"}, {"status", R"("done")"}},
       R"({"text":"<p>Ho</p>","status":"open"})",
       t0,
       R"({"id":"t1","text":"<p>Hi</p>","status":"done"})",
       true,
       verified::partial,
       proof::applied},
      {"text alone that differs proves nothing",
       {{"text", R"("Hi")"}},
       R"({"text":"<p>Hi</p>"})",
       t0,
       R"({"id":"t1","text":"<p>Hi</p>","updated_at":"2026-11-20T10:00:00.000Z"})",
       true,
       verified::none,
       proof::none},
      {"text that is equal and was not",
       {{"text", R"("<p>Hi</p>")"}},
       R"({"text":"<p>Ho</p>"})",
       t0,
       R"({"id":"t1","text":"<p>Hi</p>"})",
       true,
       verified::full,
       proof::applied},
      {"text that was changed is not the old state",
       {{"text", R"("Hi")"}, {"status", R"("done")"}},
       R"({"text":"<p>Ho</p>","status":"open"})",
       t0,
       R"({"id":"t1","text":"<p>Hi</p>","status":"open","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::none},
      {"a full set",
       {{"tag_ids", R"(["a","b"])"}},
       R"({"tag_ids":["a"]})",
       t0,
       R"({"id":"t1","tags":[{"id":"b"},{"id":"a"}]})",
       true,
       verified::full,
       proof::applied},
      {"the set as it was, in another order",
       {{"tag_ids", R"(["a"])"}},
       R"({"tag_ids":["a", "b"]})",
       t0,
       R"({"id":"t1","tags":[{"id":"b"},{"id":"a"}],"updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::not_applied},
      {"cleared, and no longer shown",
       {{"title", "null"}},
       R"({"title":"A"})",
       t0,
       R"({"id":"t1"})",
       true,
       verified::partial,
       proof::applied},
      {"null wanted, absent before and now",
       {{"title", "null"}},
       R"({"title":null})",
       t0,
       R"({"id":"t1","updated_at":"2026-11-20T10:00:00.000Z"})",
       true,
       verified::none,
       proof::none},
      {"still absent, where a value was wanted",
       {{"title", R"("B")"}},
       R"({"title":null})",
       t0,
       R"({"id":"t1","updated_at":"2026-11-20T10:00:00.000Z"})",
       false,
       verified::none,
       proof::not_applied},
  };
  const auto api = testing::reading_profile();
  resource_reader reader(api, {}, nullptr, false);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const made_job job(api, c.sent);
    const padded body(c.body);
    const auto look =
        reader.look_again(body, "t1", static_cast<const job_view&>(job).patch, c.old_values, c.updated_at);
    EXPECT_EQ(look.is, readability::readable);
    EXPECT_EQ(look.shows_wanted, c.shows_wanted);
    EXPECT_EQ(look.how, c.how);
    EXPECT_EQ(look.proven, c.proven);
  }
}

TEST(SecondLook, NamesTheFirstFieldThatDiffers) {
  const auto api = testing::reading_profile();
  resource_reader reader(api, {}, nullptr, false);
  const made_job job(api, {{"title", R"("B")"}, {"tag_ids", R"(["a"])"}, {"status", R"("done")"}});
  const padded body(
      R"({"id":"t1","title":"B","tags":[{"id":"x"},{"id":"y"}],"status":"open","updated_at":"u1"})");
  const auto look = reader.look_again(body, "t1", static_cast<const job_view&>(job).patch, "", "");
  EXPECT_FALSE(look.shows_wanted);
  EXPECT_EQ(api[look.field].name, "tag_ids");
  EXPECT_EQ(look.shown, R"(["x","y"])");
  EXPECT_EQ(look.updated_at, R"("u1")");
}

// A `text` field that shows what stood there before contradicts nothing, and is named all the same.
TEST(SecondLook, NamesATextThatTheWriteDidNotReach) {
  auto api = testing::reading_profile();
  api.fields[to_index(*api.find("title"))].compare = comparison::text;
  resource_reader reader(api, {}, nullptr, false);
  const made_job job(api, {{"status", R"("done")"}, {"title", R"("B")"}});
  const auto look = [&](const char* text, const char* old) {
    const padded body(text);
    return reader.look_again(body, "t1", static_cast<const job_view&>(job).patch, old, t0);
  };
  const auto same = look(R"({"id":"t1","status":"done","title":"A"})", R"({"status":"done","title":"A"})");
  EXPECT_TRUE(same.shows_wanted);
  EXPECT_TRUE(same.shows_old);
  EXPECT_EQ(api[same.field].name, "title");
  EXPECT_EQ(same.shown, R"("A")");
  // What contradicts comes first, wherever it stands.
  const auto both = look(R"({"id":"t1","status":"open","title":"A"})", R"({"status":"open","title":"A"})");
  EXPECT_FALSE(both.shows_wanted);
  EXPECT_EQ(api[both.field].name, "status");
  EXPECT_EQ(both.shown, R"("open")");
}

TEST(SecondLook, TellsOtherResourcesAndGarbageApart) {
  const auto api = testing::reading_profile();
  resource_reader reader(api, {}, nullptr, false);
  const made_job job(api, {{"status", R"("done")"}, {"tag_ids", R"(["a"])"}});
  const std::vector<std::pair<const char*, readability>> cases{
      {R"({"id":"t2","status":"done","tags":[{"id":"a"}]})", readability::other_id},
      {R"({"id":"t1","status":"done","tags":[{"id":"a"}])", readability::unreadable},
      {R"({"id":"t1","status":"done"})", readability::misshapen},  // a list that does not show
      {R"({"id":"t1","status":nul,"tags":[{"id":"a"}]})", readability::unreadable},
      {R"({"id":"t1","status":"done","tags":[{"id":"a"}]})", readability::readable},
  };
  for (const auto& [text, is] : cases) {
    const padded body(text);
    const auto look =
        reader.look_again(body, "t1", static_cast<const job_view&>(job).patch, R"({"status":"open"})", t0);
    EXPECT_EQ(look.is, is) << text;
    EXPECT_EQ(look.proven, is == readability::readable ? proof::applied : proof::none) << text;
  }
}

TEST(SecondLook, ReadsWhatAPlanWrote) {
  const auto api = testing::reading_profile();
  resource_reader reader(api, {}, nullptr, false);
  const padded before(
      R"({"id":"t1","status":"open","snoozed_until":null,"tags":[{"id":"\u00e4"}],"title":"a\\\"b",)"
      R"("updated_at":"2026-11-20T10:00:00.000Z"})");
  const made_job job(api, {{"status", R"("snoozed")"},
                           {"snoozed_until", R"("2026-12-01T09:00:00Z")"},
                           {"title", R"("c")"},
                           {"notify", R"({"email":true})"},
                           {"add_tag_ids", R"(["x"])"}});
  write_plan plan;
  ASSERT_EQ(reader.make_plan(before, job, {}, plan), readability::readable);
  std::vector<field_value> sent;
  ASSERT_TRUE(parse_values(plan.new_values, api, sent));
  EXPECT_EQ(testing::text_of(sent), testing::text_of(plan.send));

  EXPECT_EQ(reader.look_again(before, "t1", sent, plan.old_values, plan.updated_at).proven,
            proof::not_applied);
  const padded after(
      R"({"id":"t1","status":"snoozed","snoozed_until":"2026-12-01T09:00:00.000Z","title":"c",)"
      R"("tags":[{"id":"x"},{"id":"ä"}],"updated_at":"2026-11-23T10:00:00.000Z"})");
  const auto look = reader.look_again(after, "t1", sent, plan.old_values, plan.updated_at);
  EXPECT_EQ(look.proven, proof::applied);
  EXPECT_EQ(look.how, verified::partial);  // notify is not shown
}

TEST(ParseValues, TakesObjectsOnly) {
  const auto api = testing::reading_profile();
  for (const auto* text : {"", "null", "[]", "{", "}", R"({"a"})", R"({"a":})", R"({"a":1,})",
                           R"({"a":1 "b":2})", R"({a:1})", R"({"a":1}x)"}) {
    std::vector<field_value> values;
    EXPECT_FALSE(parse_values(text, api, values)) << text;
  }
  std::vector<field_value> values;
  ASSERT_TRUE(parse_values(R"( { "status" : "done" , "odd" : {"a":[1,"}"]} } )", api, values));
  EXPECT_EQ(testing::text_of(values), R"(status="done" odd={"a":[1,"}"]})");
  EXPECT_EQ(values[0].field, *api.find("status"));
  EXPECT_EQ(values[1].field, passed_field);
}

}  // namespace
}  // namespace pawl::api
