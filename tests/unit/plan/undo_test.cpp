#include "tests/unit/plan/undo_lines.hpp"

#include <gmock/gmock.h>

namespace pawl::plan {
namespace {

using namespace plan::testing;
using ::testing::IsEmpty;

// The job that takes a row back is sent as a row too: what it does not name would be erased.
TEST(Undo, NamesAllThatARowHeldWhereWritesHoldTheRow) {
  auto profile = productlane();
  profile.body_is = api::body_content::row;
  const std::vector<written> one{
      {R"({"title":"a","pain_level":"LOW","origin":"seen"})", R"({"title":"b","pain_level":"LOW"})"}};
  EXPECT_EQ(
      undone(one, profile).lines,
      R"({"id":"t1","patch":{"title":"a","pain_level":"LOW"},"expect":{"title":"b","pain_level":"LOW"}})"
      "\n");
  EXPECT_EQ(undone(one).lines, R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"b"}})"
                               "\n");
  expect_valid(undone(one, profile).lines);
  // A set that was sent as it was, and one that was changed.
  const std::vector<written> sets{{R"({"title":"a","tag_ids":["x"]})", R"({"title":"b","tag_ids":["x"]})"}};
  EXPECT_EQ(undone(sets, profile).lines,
            R"({"id":"t1","patch":{"title":"a","tag_ids":["x"]},"expect":{"title":"b","tag_ids":["x"]}})"
            "\n");
  const std::vector<written> moved{{R"({"title":"a","tag_ids":["x"]})", R"({"title":"a","tag_ids":["y"]})"}};
  EXPECT_EQ(
      undone(moved, profile).lines,
      R"({"id":"t1","patch":{"title":"a","add_tag_ids":["x"],"remove_tag_ids":["y"]},"expect":{"title":"a"}})"
      "\n");
  // Nothing was changed: there is nothing to take back.
  EXPECT_EQ(
      undone({{R"({"title":"a","pain_level":"LOW"})", R"({"title":"a","pain_level":"LOW"})"}}, profile).jobs,
      0u);
}

// With "whole" the intent keeps the whole resource; the job names what was changed.
TEST(Undo, NamesWhatWasChangedWhereWritesHoldTheWholeResource) {
  auto profile = productlane();
  profile.body_is = api::body_content::whole;
  const auto result =
      undone({{R"({"title":"a","id":"t1","pain_level":"LOW","x":{"y":1.50}})", R"({"title":"b"})"}}, profile);
  EXPECT_EQ(result.lines, R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"b"}})"
                          "\n");
  EXPECT_THAT(result.losses, IsEmpty());
}

TEST(Undo, RestoresTheOldValuesAndExpectsWhatTheRunWrote) {
  struct row {
    const char* name;
    std::vector<written> writes;
    const char* want;
    std::vector<std::string> losses;
  };
  const std::vector<row> table{
      {"one field",
       {{R"({"title":"a"})", R"({"title":"b"})"}},
       R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"b"}})"
       "\n",
       {}},
      {"null where the API takes it",
       {{R"({"title":null})", R"({"title":"b"})"}},
       R"({"id":"t1","patch":{"title":null},"expect":{"title":"b"}})"
       "\n",
       {}},
      {"cleared by the run",
       {{R"({"assignee_id":"u1"})", R"({"assignee_id":null})"}},
       R"({"id":"t1","patch":{"assignee_id":"u1"},"expect":{"assignee_id":null}})"
       "\n",
       {}},
      {"several writes become one: the earliest old value, the last new one",
       {{R"({"title":"a"})", R"({"title":"b"})"}, {R"({"title":"b"})", R"({"title":"c"})"}},
       R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"c"}})"
       "\n",
       {}},
      {"fields of different writes",
       {{R"({"title":"a"})", R"({"title":"b"})"}, {R"({"pain_level":"LOW"})", R"({"pain_level":"HIGH"})"}},
       R"({"id":"t1","patch":{"title":"a","pain_level":"LOW"},"expect":{"title":"b","pain_level":"HIGH"}})"
       "\n",
       {}},
      {"there and back again",
       {{R"({"title":"a"})", R"({"title":"b"})"}, {R"({"title":"b"})", R"({"title":"a"})"}},
       "",
       {}},
      {"the same moment in other words",
       {{R"({"snoozed_until":"2027-01-01T00:00:00Z"})", R"({"snoozed_until":"2027-01-01T01:00:00+01:00"})"}},
       "",
       {}},
      {"back to snoozed takes its date along, which was written too",
       {{R"({"status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z"})",
         R"({"status":"open","snoozed_until":"2027-02-01T00:00:00Z"})"}},
       R"({"id":"t1","patch":{"status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z"},"expect":{"status":"open","snoozed_until":"2027-02-01T00:00:00Z"}})"
       "\n",
       {}},
      {"or was only read",
       {{R"({"status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z"})", R"({"status":"open"})"}},
       R"({"id":"t1","patch":{"status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z"},"expect":{"status":"open"}})"
       "\n",
       {}},
      {"and without a date it cannot",
       {{R"({"status":"snoozed"})", R"({"status":"open"})"}},
       "",
       {"status needs_another"}},
      {"a date that was empty goes with its state",
       {{R"({"status":"open","snoozed_until":null})",
         R"({"status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z"})"}},
       R"({"id":"t1","patch":{"status":"open"},"expect":{"status":"snoozed"}})"
       "\n",
       {}},
      {"but not alone",
       {{R"({"snoozed_until":null})", R"({"snoozed_until":"2027-01-01T00:00:00Z"})"}},
       "",
       {"snoozed_until not_nullable"}},
      {"what is not shown",
       {{R"({"status":"open"})", R"({"status":"done","closed_loop":true})"}},
       R"({"id":"t1","patch":{"status":"open"},"expect":{"status":"done"}})"
       "\n",
       {"closed_loop not_shown"}},
      {"nothing is shown", {{"{}", R"({"project_id":"p"})"}}, "", {"project_id not_shown"}},
      {"empty and not nullable",
       {{R"({"contact_id":null})", R"({"contact_id":"c"})"}},
       "",
       {"contact_id not_nullable"}},
      {"a value that could not be sent",
       {{R"({"text":""})", R"({"text":"<p>x</p>"})"}},
       "",
       {"text not_accepted"}},
      {"an id that needs escapes",
       {{R"({"title":"a \"quote\""})", R"({"title":"\u00e9"})"}},
       "{\"id\":\"t1\",\"patch\":{\"title\":\"a \\\"quote\\\"\"},\"expect\":{\"title\":\"\u00e9\"}}\n",
       {}},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto result = undone(row.writes);
    EXPECT_EQ(result.lines, row.want);
    EXPECT_EQ(result.jobs, result.lines.empty() ? 0u : 1u);
    EXPECT_EQ(losses_of(result), row.losses);
    expect_valid(result.lines);
  }
}

TEST(Undo, ListsGoBackElementByElement) {
  struct row {
    const char* name;
    std::vector<written> writes;
    const char* want;
  };
  const std::vector<row> table{
      {"what was added",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["a","b"]})"}},
       R"({"id":"t1","patch":{"remove_tag_ids":["b"]}})"
       "\n"},
      {"what was removed",
       {{R"({"tag_ids":["a","b"]})", R"({"tag_ids":["b"]})"}},
       R"({"id":"t1","patch":{"add_tag_ids":["a"]}})"
       "\n"},
      {"a whole set",
       {{R"({"tag_ids":["a","b"]})", R"({"tag_ids":["b","c"]})"}},
       R"({"id":"t1","patch":{"add_tag_ids":["a"],"remove_tag_ids":["c"]}})"
       "\n"},
      {"from nothing",
       {{R"({"tag_ids":null})", R"({"tag_ids":["c"]})"}},
       R"({"id":"t1","patch":{"remove_tag_ids":["c"]}})"
       "\n"},
      {"added, then removed again",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["a","b"]})"},
        {R"({"tag_ids":["a","b"]})", R"({"tag_ids":["a"]})"}},
       ""},
      {"what somebody else added between two writes stays",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["a","b"]})"},
        {R"({"tag_ids":["a","b","theirs"]})", R"({"tag_ids":["b","theirs","c"]})"}},
       R"({"id":"t1","patch":{"add_tag_ids":["a"],"remove_tag_ids":["b","c"]}})"
       "\n"},
      {"in another order", {{R"({"tag_ids":["a","b"]})", R"({"tag_ids":["b","a"]})"}}, ""},
      {"beside a field with its expectation",
       {{R"({"tag_ids":[],"title":"a"})", R"({"tag_ids":["b"],"title":"c"})"}},
       R"({"id":"t1","patch":{"title":"a","remove_tag_ids":["b"]},"expect":{"title":"c"}})"
       "\n"},
      {"whether it was applied shows in the whole set",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["b"]})", false}},
       R"({"id":"t1","patch":{"add_tag_ids":["a"],"remove_tag_ids":["b"]},"expect":{"tag_ids":["b"]}})"
       "\n"},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto result = undone(row.writes);
    EXPECT_EQ(result.lines, row.want);
    EXPECT_THAT(losses_of(result), IsEmpty());
    expect_valid(result.lines);
  }
}

// Row 1 was to add b, and nobody knew whether it did; what row 2 read tells, and somebody's later b stays.
TEST(Undo, TheNextReadTellsWhatBecameOfADoubtfulElement) {
  const auto result = undone({{R"({"tag_ids":["a"]})", R"({"tag_ids":["a","b"]})", false},
                              {R"({"tag_ids":["a"]})", R"({"tag_ids":["a","c"]})"}});
  EXPECT_THAT(result.lines, ::testing::HasSubstr(R"("remove_tag_ids":["c"])"));
  EXPECT_THAT(result.lines, ::testing::Not(::testing::HasSubstr(R"("b")")));
}

TEST(Undo, ADoubtfulWriteIsUndoneOnlyWhereItShows) {
  // Alone: if it was not applied, the title is still "a", and the job is skipped.
  EXPECT_EQ(undone({{R"({"title":"a"})", R"({"title":"b"})", false}}).lines,
            R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"b"}})"
            "\n");
  // After a certain one: one of two jobs finds what it expects.
  const auto both =
      undone({{R"({"title":"a"})", R"({"title":"b"})"}, {R"({"title":"b"})", R"({"title":"c"})", false}});
  EXPECT_EQ(both.lines, R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"c"}})"
                        "\n"
                        R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"b"}})"
                        "\n");
  EXPECT_EQ(both.jobs, 2u);
  expect_valid(both.lines);
  // Followed by a certain one there is no doubt left.
  EXPECT_EQ(
      undone({{R"({"title":"a"})", R"({"title":"b"})", false}, {R"({"title":"a"})", R"({"title":"c"})"}})
          .jobs,
      1u);
}

TEST(Undo, SaysWhatARowThatReplacedItsResourceDidNotName) {
  auto profile = productlane();
  const std::string id = profile.reply.id.front().key;
  const std::vector<written> one{
      {R"({"title":"a","pain_level":"LOW","text":null,"extra":{"a":1},")" + id + R"(":"t1"})",
       R"({"title":"b"})"}};
  EXPECT_EQ(losses_of(undone(one, profile)), std::vector<std::string>{});
  profile.body_is = api::body_content::row;
  EXPECT_EQ(losses_of(undone(one, profile)),
            (std::vector<std::string>{"pain_level left_out", "extra left_out"}));
}

// An API that replaces what stands there loses what a body leaves out.
TEST(Undo, ABodyOfWholeRowsGoesBackWholeOrNotAtAll) {
  auto profile = productlane();
  profile.body_is = api::body_content::row;
  const std::string half = R"("cut \ud83d")";
  const auto one = undone(
      {{"{\"title\":" + half + R"(,"pain_level":"LOW"})", R"({"title":"b","pain_level":"HIGH"})"}}, profile);
  EXPECT_EQ(one.lines, "");
  EXPECT_EQ(losses_of(one), (std::vector<std::string>{"title unsound", "pain_level needs_another"}));
  // Sent as it was, to keep the others company.
  const auto along = undone(
      {{"{\"title\":" + half + R"(,"pain_level":"LOW"})", "{\"title\":" + half + R"(,"pain_level":"HIGH"})"}},
      profile);
  EXPECT_EQ(along.lines, "");
  EXPECT_EQ(losses_of(along), (std::vector<std::string>{"pain_level needs_another"}));
}

api::profile of_members() {
  api::profile p;
  const auto add = [&p](const char* name, api::field_type type) -> api::field_spec& {
    auto& f = p.fields.emplace_back();
    f.name = name;
    f.type = type;
    f.echo = {{name, false}};
    return f;
  };
  add("limits", api::field_type::object).compare = api::comparison::members;
  add("price", api::field_type::number).wire = api::wire_form::string;
  add("state", api::field_type::string);
  add("reason", api::field_type::string).rides_with = *p.find("state");
  return p;
}

TEST(Undo, TakesBackMembersThatWereWritten) {
  const auto p = of_members();
  undo_builder builder{p};
  builder.add(R"({"limits":{"a":1,"b":{"x":null}}})", R"({"limits":{"a":2,"b":{"x":5}}})", true, true);
  builder.add(R"({"limits":{"a":2,"c":7}})", R"({"limits":{"a":3,"c":8}})", true, true);
  const auto result = builder.finish("t1");
  EXPECT_EQ(result.lines, R"({"id":"t1","patch":{"limits":{"a":1,"c":7,"b":{"x":null}}},)"
                          R"("expect":{"limits":{"a":3,"b":{"x":5},"c":8}}})"
                          "\n");
}

TEST(Undo, TakesNoValueThatTheProfileCannotRead) {
  const auto p = of_members();
  undo_builder builder{p};
  builder.add(R"({"price":{"wire":"many"}})", R"({"price":5})", true, true);
  const auto result = builder.finish("t1");
  EXPECT_EQ(result.lines, "");
  EXPECT_EQ(losses_of(result), std::vector<std::string>{"price not_accepted"});
}

TEST(Undo, TakesAShownRiderAlong) {
  const auto p = of_members();
  undo_builder builder{p};
  builder.add(R"({"state":"closed","reason":"done"})", R"({"state":"open"})", true, true);
  EXPECT_EQ(builder.finish("t1").lines,
            R"({"id":"t1","patch":{"state":"closed","reason":"done"},"expect":{"state":"open"}})"
            "\n");
}

TEST(Undo, ForgetsOneResourceBeforeTheNext) {
  undo_builder builder{productlane()};
  builder.add(R"({"title":"a"})", R"({"title":"b"})", true, true);
  EXPECT_EQ(builder.finish("t1").jobs, 1u);
  EXPECT_EQ(builder.finish("t2").jobs, 0u);
  builder.add("[1]", "{}", true, true);
  EXPECT_EQ(builder.finish("t3").losses.size(), 1u);
  builder.add(R"({"title":"a"})", R"({"title":"b"})", true, true);
  EXPECT_EQ(builder.finish("t4").jobs, 1u);
}

}  // namespace
}  // namespace pawl::plan
