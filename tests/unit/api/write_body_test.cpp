// What a write holds and what its intent keeps, by the profile's write.body_is.
#include "engine/api/resource_reader.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using testing::made_job;
using testing::members;
using testing::padded;
using testing::text_of;

constexpr wall_time any_time{};

profile api_of(body_content is) {
  auto p = testing::reading_profile();
  p.body_is = is;
  return p;
}

struct made_body {
  readability is;
  std::string send, new_values, old_values, kept, body;
  std::vector<std::string> unnamed;
  bool unnamed_others;
};

made_body plan(const profile& p, std::string_view resource, const job_view& job) {
  resource_reader reader(p, {}, nullptr, false);
  write_plan made;
  // Once with another resource before, so that what is kept from a plan shows.
  const made_job other(p, {{"title", R"("x")"}});
  const padded before(R"({"id":"t1","title":"other","secret":1,"tags":[]})"), body(resource);
  EXPECT_EQ(reader.make_plan(before, other, any_time, made), readability::readable);
  const auto is = reader.make_plan(body, job, any_time, made);
  made_body result{is, text_of(made.send), made.new_values, made.old_values, made.old_to_keep(), made.body,
                   {}, made.unnamed_others};
  for (const auto f : made.unnamed) result.unnamed.push_back(p[f].name);
  return result;
}

constexpr std::string_view written_thread =
    R"({"id":"t1","updated_at":"2026-11-20T10:00:00.000Z","title":"A title",
  "text":"<p>Hi</p>","status":"open","snoozed_until":null,"score":1.50,"is_read":true,
  "contact":{"id":"con_1"},"company":{"id":"com_1","size":42},"assignee":{"id":"usr_1","name":"Sam"},
  "tags":[{"id":"tag_a","name":"A"},{"id":"tag_b","name":"B"}],"ai_draft_sources":[{"a": 1}],"x":1.0})";

TEST(WriteBody, ChangesSendsWhatDiffers) {
  const auto p = api_of(body_content::changes);
  const made_job job(p, {{"title", R"("New")"}, {"score", "1.5"}});
  const auto made = plan(p, written_thread, job);
  EXPECT_EQ(made.new_values, R"({"title":"New"})");
  EXPECT_EQ(made.kept, R"({"title":"A title"})");
  EXPECT_EQ(made.body, "");
}

TEST(WriteBody, RowSendsAllFieldsOfTheRowAsSoonAsOneDiffers) {
  const auto p = api_of(body_content::row);
  const made_job job(p, {{"title", R"("New")"}, {"score", "1.5"}, {"assignee_id", R"("usr_1")"}});
  const auto made = plan(p, written_thread, job);
  EXPECT_EQ(made.new_values, R"({"title":"New","score":1.5,"assignee_id":"usr_1"})");
  EXPECT_EQ(made.old_values, R"({"title":"A title","score":1.50,"assignee_id":"usr_1"})");
  EXPECT_EQ(made.body, "");
  EXPECT_EQ(made.unnamed, (std::vector<std::string>{"text", "contact_id", "company_id", "tag_ids", "status",
                                                    "ai_draft_sources"}));
  EXPECT_TRUE(made.unnamed_others) << "x";
  // What a replacing server would erase is kept as well.
  EXPECT_EQ(
      made.kept,
      R"({"title":"A title","score":1.50,"assignee_id":"usr_1","contact_id":"con_1","company_id":"com_1",)"
      R"("tag_ids":["tag_a","tag_b"],"id":"t1","text":"<p>Hi</p>","status":"open","snoozed_until":null,)"
      R"("contact":{"id":"con_1"},"company":{"id":"com_1","size":42},"assignee":{"id":"usr_1","name":"Sam"},)"
      R"("tags":[{"id":"tag_a","name":"A"},{"id":"tag_b","name":"B"}],"ai_draft_sources":[{"a": 1}],"x":1.0})");

  const made_job as_wanted(p, {{"score", "1.5"}, {"assignee_id", R"("usr_1")"}});
  const auto nothing = plan(p, written_thread, as_wanted);
  EXPECT_EQ(nothing.send, "");
  EXPECT_EQ(nothing.kept, "{}");
  EXPECT_TRUE(nothing.unnamed.empty());
}

TEST(WriteBody, RowIsNotHeldUpByWhatItDoesNotSend) {
  const auto p = api_of(body_content::row);
  const made_job job(p, {{"title", R"("New")"}});
  const auto made = plan(p, R"({"id":"t1","title":"old","x":nonsense})", job);
  EXPECT_EQ(made.is, readability::readable);
  EXPECT_EQ(made.new_values, R"({"title":"New"})");
  EXPECT_EQ(made.kept, R"({"title":"old"})");
}

// A server that replaces would erase the members that the row does not name.
TEST(WriteBody, RowSendsAnObjectByMembersWithTheMembersBeside) {
  auto p = api_of(body_content::row);
  for (const auto* path : {"limits", "conf.deep"}) {
    auto& f = p.fields.emplace_back(
        testing::make_field(path == std::string{"limits"} ? "limits" : "deep", comparison::members, path));
    f.type = field_type::object;
    if (f.name == "deep") f.at = f.echo;
  }
  const struct {
    const char *limits, *resource, *body;
  } table[] = {
      {R"({"a":2})", R"("limits":{"a":1,"b":{"x":1.50}})",
       R"({"limits":{"a":2,"b":{"x":1.50}},"title":"New"})"},
      {R"({"b":{"y":3}})", R"("limits":{"b":{"x":1,"y":2}, "a":0})",
       R"({"limits":{"b":{"x":1,"y":3},"a":0},"title":"New"})"},
      {R"({"a":null})", R"("limits":{"a":1,"b":2})", R"({"limits":{"a":null,"b":2},"title":"New"})"},
      // Nothing stands beside: the values of the row are sent.
      {R"({"a":2})", R"("limits":null)", ""},
      {R"({"a":2})", R"("other":1)", ""},
      {"null", R"("limits":{"a":1})", ""},
  };
  for (const auto& t : table) {
    const made_job job(p, {{"limits", t.limits}, {"title", R"("New")"}});
    const auto made = plan(p, R"({"id":"t1","title":"old",)" + std::string{t.resource} + "}", job);
    EXPECT_EQ(made.is, readability::readable) << t.resource;
    EXPECT_EQ(made.body, t.body);
    EXPECT_EQ(made.new_values, R"({"limits":)" + std::string{t.limits} + R"(,"title":"New"})");
  }
  const made_job job(p, {{"deep", R"({"a":2})"}});
  EXPECT_EQ(plan(p, R"({"id":"t1","conf":{"deep":{"a":1,"b":2}}})", job).body,
            R"({"conf":{"deep":{"a":2,"b":2}}})");
  // Also where the rest of the resource is odd.
  EXPECT_EQ(plan(p, R"({"id":"t1","conf":{"deep":{"a":1,"b":2}},"x":1,"x":2})", job).body,
            R"({"conf":{"deep":{"a":2,"b":2}}})");
}

TEST(WriteBody, WholeSendsTheResourceWithTheRowPutIn) {
  const auto p = api_of(body_content::whole);
  const made_job job(p, {{"title", R"("New")"}, {"assignee_id", "null"}, {"notify", "{}"}, {"extra", "[1]"}});
  const auto made = plan(p, written_thread, job);
  // The members of [readable] are left out: updated_at, is_read, company.size. What is shown in another place
  // than it is written to has its name as well.
  EXPECT_EQ(
      made.body,
      R"({"id":"t1","title":"New","text":"<p>Hi</p>","status":"open","snoozed_until":null,"score":1.50,)"
      R"("contact":{"id":"con_1"},"company":{"id":"com_1"},"assignee":{"id":"usr_1","name":"Sam"},)"
      R"("tags":[{"id":"tag_a","name":"A"},{"id":"tag_b","name":"B"}],"ai_draft_sources":[{"a": 1}],"x":1.0,)"
      R"("assignee_id":null,"notify":{},"extra":[1],"contact_id":"con_1","company_id":"com_1",)"
      R"("tag_ids":["tag_a","tag_b"]})");
  EXPECT_EQ(made.new_values, R"({"title":"New","assignee_id":null,"notify":{},"extra":[1]})");
  EXPECT_EQ(made.old_values, R"({"title":"A title","assignee_id":"usr_1"})");
  EXPECT_TRUE(made.kept.starts_with(R"({"title":"A title","assignee_id":"usr_1","contact_id":"con_1",)"))
      << made.kept;
  EXPECT_NE(made.kept.find(R"("x":1.0)"), std::string::npos) << made.kept;
  EXPECT_EQ(made.kept.find("is_read"), std::string::npos) << made.kept;
  EXPECT_TRUE(made.unnamed.empty());
}

TEST(WriteBody, WholePutsInTheSetThatVerbsMake) {
  const auto p = api_of(body_content::whole);
  const made_job job(p, {{"add_tag_ids", R"(["tag_c"])"}, {"remove_tag_ids", R"(["tag_a"])"}});
  const auto made = plan(p, R"({"id":"t1","tags":[{"id":"tag_a","name":"A"}],"x":1})", job);
  EXPECT_EQ(made.body, R"({"id":"t1","tags":[{"id":"tag_a","name":"A"}],"x":1,"tag_ids":["tag_c"]})");
  EXPECT_EQ(made.new_values, R"({"tag_ids":["tag_c"]})");
}

TEST(WriteBody, WholeSendsNothingThatItCannotSendBack) {
  const auto p = api_of(body_content::whole);
  const made_job job(p, {{"title", R"("New")"}});
  for (const auto* odd :
       {R"({"id":"t1","title":"old","x":nonsense})", R"({"id":"t1","title":"old","x":1,"x":2})"}) {
    const auto made = plan(p, odd, job);
    EXPECT_EQ(made.is, readability::unreadable) << odd;
    EXPECT_EQ(made.send + made.body, "") << odd;
  }
  // A row that is as wanted sends nothing, whatever else is odd.
  const auto made = plan(p, R"({"id":"t1","title":"New","x":nonsense})", job);
  EXPECT_EQ(made.is, readability::readable);
  EXPECT_EQ(made.send + made.body, "");
}

// What stands in the way would be lost, and what the row wants has no other place.
TEST(WriteBody, WholeRefusesARowWhoseValueHasNoPlace) {
  auto p = api_of(body_content::whole);
  p.fields[to_index(*p.find("assignee_id"))].at = {{"owner"}, {"id"}};
  p.fields[to_index(*p.find("company_id"))].at = {{"custom", false, array_pick{0, "id", "7"}}, {"value"}};
  resource_reader reader(p, {}, nullptr, false);
  write_plan made;
  const struct {
    const char *member, *body, *field;
  } table[] = {
      {R"("owner":"x")", "", "assignee_id"},
      {R"("owner":["x"])", "", "assignee_id"},
      {R"("custom":{"7":"x"})", "", "company_id"},
      {R"("custom":[{"id":7},{"id":"7"}])", "", "company_id"},
      {R"("owner":null)", R"({"id":"t1","title":"New","owner":{"id":"u"},"custom":[{"id":7,"value":"c"}]})",
       ""},
      {R"("owner":{"n":1},"custom":null)",
       R"({"id":"t1","title":"New","owner":{"n":1,"id":"u"},"custom":[{"id":7,"value":"c"}]})", ""},
  };
  for (const auto& t : table) {
    const made_job job(p, {{"title", R"("New")"}, {"assignee_id", R"("u")"}, {"company_id", R"("c")"}});
    const padded body(R"({"id":"t1","title":"old",)" + std::string{t.member} + "}");
    const auto is = reader.make_plan(body, job, any_time, made);
    EXPECT_EQ(is, *t.field == '\0' ? readability::readable : readability::misshapen) << t.member;
    EXPECT_EQ(made.body, t.body) << t.member;
    EXPECT_EQ(reader.trouble(), t.field) << t.member;
  }
}

TEST(WriteBody, AJobInDoubtSendsTheWholeThoughItIsAsWanted) {
  const auto p = api_of(body_content::whole);
  resource_reader reader(p, {}, nullptr, false);
  write_plan made;
  const made_job job(p, {{"title", R"("A title")"}});
  const padded body(R"({"id":"t1","title":"A title","x":1})");
  ASSERT_EQ(reader.make_plan(body, job, any_time, made), readability::readable);
  ASSERT_TRUE(made.send.empty());
  ASSERT_EQ(reader.send_all(body, made), readability::readable);
  EXPECT_EQ(made.body, R"({"id":"t1","title":"A title","x":1})");
  EXPECT_EQ(made.new_values, R"({"title":"A title"})");
  EXPECT_EQ(made.old_to_keep(), "{}") << "what stands there is perhaps what this job wrote";
}

}  // namespace
}  // namespace pawl::api
