// What several writes of a resource come to: sets that go back by their elements, objects of which only some
// members were written, and writes that may not have been applied.
#include "tests/unit/plan/undo_lines.hpp"

#include <gmock/gmock.h>

namespace pawl::plan {
namespace {

using namespace plan::testing;

TEST(UndoTraces, ASetThatWasNoListGoesBackAsAWholeOrIsLost) {
  struct row {
    const char* name;
    std::vector<written> writes;
    const char* want;
    std::vector<std::string> losses;
  };
  const std::vector<row> table{
      {"null is the empty set",
       {{R"({"tag_ids":null})", R"({"tag_ids":["b"]})"}},
       R"({"id":"t1","patch":{"remove_tag_ids":["b"]}})"
       "\n",
       {}},
      {"a text", {{R"({"tag_ids":"a,b"})", R"({"tag_ids":["b"]})"}}, "", {"tag_ids not_accepted"}},
      {"a form that the profile does not know",
       {{R"({"tag_ids":{"wire":"a"}})", R"({"tag_ids":["b"]})"}},
       "",
       {"tag_ids not_accepted"}},
      {"a number", {{R"({"tag_ids":5})", R"({"tag_ids":["b"]})"}}, "", {"tag_ids not_accepted"}},
      {"a text between two writes",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["a","b"]})"},
        {R"({"tag_ids":"odd"})", R"({"tag_ids":["c"]})"}},
       R"({"id":"t1","patch":{"tag_ids":["a"]},"expect":{"tag_ids":["c"]}})"
       "\n",
       {}},
      {"not shown between two writes",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["a","b"]})"}, {"{}", R"({"tag_ids":["c"]})"}},
       R"({"id":"t1","patch":{"tag_ids":["a"]},"expect":{"tag_ids":["c"]}})"
       "\n",
       {}},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto result = undone(row.writes);
    EXPECT_EQ(result.lines, row.want);
    EXPECT_EQ(losses_of(result), row.losses);
    expect_valid(result.lines);
  }
}

const api::profile& of_limits() {
  static const auto profile = [] {
    api::profile made;
    for (const auto* name : {"limits", "state"}) {
      auto& f = made.fields.emplace_back();
      f.name = name;
      f.echo = {{name, false}};
    }
    made.fields[0].type = api::field_type::object;
    made.fields[0].compare = api::comparison::members;
    return made;
  }();
  return profile;
}

std::string job(const std::string& limits, const std::string& expected) {
  return R"({"id":"t1","patch":{"limits":)" + limits + R"(},"expect":{"limits":)" + expected + "}}\n";
}
written limits(const std::string& before, const std::string& after, bool certain = true) {
  return {R"({"limits":)" + before + "}", R"({"limits":)" + after + "}", certain};
}

TEST(UndoTraces, MembersOfSeveralRowsGoBackTogether) {
  struct row {
    const char* name;
    std::vector<written> writes;
    std::string want;
  };
  const std::vector<row> table{
      {"two rows, a member each",
       {limits(R"({"a":0})", R"({"a":1})"), limits(R"({"b":0})", R"({"b":2})")},
       job(R"({"b":0,"a":0})", R"({"a":1,"b":2})")},
      {"the first old value counts",
       {limits(R"({"a":0})", R"({"a":1})"), limits(R"({"a":1,"b":0})", R"({"a":2,"b":2})")},
       job(R"({"a":0,"b":0})", R"({"a":2,"b":2})")},
      {"deeper, and missing before",
       {limits(R"({"x":{"a":null}})", R"({"x":{"a":1}})"), limits(R"({"x":{"b":7}})", R"({"x":{"b":2}})")},
       job(R"({"x":{"b":7,"a":null}})", R"({"x":{"a":1,"b":2}})")},
      {"an object that was missing",
       {limits(R"({"x":null})", R"({"x":{"a":1}})"), limits(R"({"x":{"b":null}})", R"({"x":{"b":2}})")},
       job(R"({"x":null})", R"({"x":{"a":1,"b":2}})")},
      {"a member that became a number",
       {limits(R"({"x":{"a":0}})", R"({"x":{"a":1}})"), limits(R"({"x":{"a":1,"c":9}})", R"({"x":5})")},
       job(R"({"x":{"a":0,"c":9}})", R"({"x":5})")},
      {"what was only read beside the first write is not written",
       {{R"({"state":"s","limits":{"a":0,"z":9}})", R"({"state":"s"})"}, limits(R"({"a":0})", R"({"a":1})")},
       job(R"({"a":0})", R"({"a":1})")},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(undone(row.writes, of_limits()).lines, row.want);
  }
}

// What somebody else sets between two writes is overwritten by the second, and comes back.
TEST(UndoTraces, AnEditBetweenTwoWritesComesBack) {
  const auto one = [](const char* patch, const char* expect) {
    return R"({"id":"t1","patch":)" + std::string{patch} + R"(,"expect":)" + expect + "}\n";
  };
  struct row {
    const char* name;
    std::vector<written> writes;
    std::string want;
  };
  const std::vector<row> table{
      {"of two rows",
       {{R"({"title":"a"})", R"({"title":"b"})"}, {R"({"title":"edit"})", R"({"title":"c"})"}},
       one(R"({"title":"edit"})", R"({"title":"c"})")},
      {"of one row that was sent twice",
       {{R"({"title":"a"})", R"({"title":"b"})"}, {R"({"title":"edit"})", R"({"title":"b"})"}},
       one(R"({"title":"edit"})", R"({"title":"b"})")},
      {"nobody, and the first was not applied",
       {{R"({"title":"a"})", R"({"title":"b"})"}, {R"({"title":"a"})", R"({"title":"c"})"}},
       one(R"({"title":"a"})", R"({"title":"c"})")},
      {"nobody, and the second of three was not applied",
       {{R"({"title":"a"})", R"({"title":"b"})"},
        {R"({"title":"b"})", R"({"title":"c"})"},
        {R"({"title":"b"})", R"({"title":"c"})"}},
       one(R"({"title":"a"})", R"({"title":"c"})")},
      {"perhaps nobody: the API may have made this of the first",
       {{R"({"status":"open"})", R"({"status":"done"})", true, false},
        {R"({"status":"snoozed"})", R"({"status":"done"})"}},
       one(R"({"status":"open"})", R"({"status":"done"})")},
      {"nobody: the API empties a date with its state",
       {{R"({"snoozed_until":"2030-01-01T00:00:00Z"})", R"({"snoozed_until":"2031-01-01T00:00:00Z"})"},
        {R"({"status":"snoozed"})", R"({"status":"open"})"},
        {R"({"status":"open","snoozed_until":null})",
         R"({"status":"snoozed","snoozed_until":"2032-01-01T00:00:00Z"})"}},
       one(R"({"snoozed_until":"2030-01-01T00:00:00Z"})", R"({"snoozed_until":"2032-01-01T00:00:00Z"})")},
  };
  for (const auto& row : table) EXPECT_EQ(undone(row.writes).lines, row.want) << row.name;
  const auto members = undone({limits(R"({"a":0,"b":{"c":0,"d":0}})", R"({"a":1,"b":{"c":1,"d":1}})"),
                               limits(R"({"a":1,"b":{"c":1,"d":9}})", R"({"a":2,"b":{"c":2,"d":2}})")},
                              of_limits());
  EXPECT_EQ(members.lines, job(R"({"a":0,"b":{"c":0,"d":9}})", R"({"a":2,"b":{"c":2,"d":2}})"));
}

// A write of other members leaves it open whether an earlier one was applied.
TEST(UndoTraces, MembersOfADoubtfulRowStayInDoubt) {
  const auto first =
      undone({limits(R"({"a":0})", R"({"a":1})", false), limits(R"({"b":0})", R"({"b":2})")}, of_limits());
  EXPECT_EQ(first.lines,
            job(R"({"b":0,"a":0})", R"({"a":1,"b":2})") + job(R"({"b":0,"a":0})", R"({"b":2,"a":0})"));
  const auto last =
      undone({limits(R"({"a":0})", R"({"a":1})"), limits(R"({"b":0})", R"({"b":2})", false)}, of_limits());
  EXPECT_EQ(last.lines,
            job(R"({"b":0,"a":0})", R"({"a":1,"b":2})") + job(R"({"b":0,"a":0})", R"({"b":0,"a":1})"));
  const auto settled =
      undone({limits(R"({"a":0})", R"({"a":1})", false), limits(R"({"a":0})", R"({"a":2})")}, of_limits());
  EXPECT_EQ(settled.lines, job(R"({"a":0})", R"({"a":2})"));
}

// What a job may hold of fields beside each other: certain ones, and those that doubtful writes have left.
TEST(UndoTraces, WhatIsInDoubtCostsNothingThatIsCertain) {
  const auto one = [](const char* patch, const char* expect) {
    return R"({"id":"t1","patch":)" + std::string{patch} + R"(,"expect":)" + expect + "}\n";
  };
  struct row {
    const char* name;
    std::vector<written> writes;
    std::string want;
  };
  const std::vector<row> table{
      {"a doubtful write of other fields",
       {{R"({"status":"open","title":"a"})", R"({"status":"done","title":"b"})", false},
        {R"({"title":"a"})", R"({"title":"c"})"}},
       one(R"({"title":"a"})", R"({"title":"c"})") + one(R"({"status":"open"})", R"({"status":"done"})")},
      {"two doubtful writes",
       {{R"({"status":"open"})", R"({"status":"done"})", false},
        {R"({"title":"a"})", R"({"title":"c"})", false}},
       one(R"({"title":"a"})", R"({"title":"c"})") + one(R"({"status":"open"})", R"({"status":"done"})")},
      {"a doubtful write of a field that a certain one wrote, and of another",
       {{R"({"title":"a"})", R"({"title":"b"})"},
        {R"({"status":"open","title":"b"})", R"({"status":"done","title":"c"})", false}},
       one(R"({"title":"a","status":"open"})", R"({"title":"c","status":"done"})") +
           one(R"({"title":"a"})", R"({"title":"b"})")},
      {"a state that goes with a date",
       {{R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z","title":"a"})",
         R"({"status":"open","title":"b"})"},
        {R"({"status":"open","snoozed_until":null})",
         R"({"status":"snoozed","snoozed_until":"2031-01-01T00:00:00Z"})", false}},
       one(R"({"title":"a"})", R"({"title":"b"})") +
           one(R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})",
               R"({"status":"snoozed","snoozed_until":"2031-01-01T00:00:00Z"})") +
           one(R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})",
               R"({"status":"open","snoozed_until":null})")},
      {"a doubtful state whose old one needs a date that was only read",
       {{R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})", R"({"status":"done"})", false},
        {R"({"title":"a"})", R"({"title":"b"})"}},
       one(R"({"title":"a"})", R"({"title":"b"})") +
           one(R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})", R"({"status":"done"})")},
      {"a certain date, and a doubtful state that may have changed it by the way",
       {{R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})",
         R"({"snoozed_until":"2031-01-01T00:00:00Z"})"},
        {R"({"status":"snoozed","snoozed_until":"2031-01-01T00:00:00Z"})", R"({"status":"done"})", false}},
       one(R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})", R"({"status":"done"})") +
           one(R"({"snoozed_until":"2030-01-01T00:00:00Z"})", R"({"snoozed_until":"2031-01-01T00:00:00Z"})")},
      {"a doubtful list over a certain one",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["b"]})"},
        {R"({"tag_ids":["b"]})", R"({"tag_ids":["c"]})", false}},
       one(R"({"add_tag_ids":["a"],"remove_tag_ids":["c"]})", R"({"tag_ids":["c"]})") +
           one(R"({"add_tag_ids":["a"],"remove_tag_ids":["b"]})", R"({"tag_ids":["b"]})")},
      {"a doubtful list that was there before",
       {{R"({"tag_ids":["a"]})", R"({"tag_ids":["a","b"]})"},
        {R"({"tag_ids":["a","b"]})", R"({"tag_ids":["a"]})", false}},
       one(R"({"remove_tag_ids":["b"]})", R"({"tag_ids":["a","b"]})")},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto result = undone(row.writes);
    EXPECT_EQ(result.lines, row.want);
    EXPECT_EQ(result.jobs, static_cast<std::uint64_t>(std::ranges::count(result.lines, '\n')));
    expect_valid(result.lines);
  }
}

// A date that the API empties with its state: what is there after a write of the state alone, nobody has
// said.
TEST(UndoTraces, ExpectsNothingThatAnotherFieldMayHaveChanged) {
  const written snoozed{R"({"status":"open","snoozed_until":null})",
                        R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})"};
  const written woken{R"({"status":"snoozed","snoozed_until":"2030-01-01T00:00:00Z"})",
                      R"({"status":"done"})"};
  EXPECT_EQ(undone({snoozed, woken}).lines,
            R"({"id":"t1","patch":{"status":"open"},"expect":{"status":"done"}})"
            "\n");
  const written dated{R"({"status":"snoozed","snoozed_until":"2029-01-01T00:00:00Z"})",
                      R"({"snoozed_until":"2030-01-01T00:00:00Z"})"};
  EXPECT_EQ(
      undone({dated, woken}).lines,
      R"({"id":"t1","patch":{"status":"snoozed","snoozed_until":"2029-01-01T00:00:00Z"},"expect":{"status":"done"}})"
      "\n");
}

// Nobody can tell whether somebody has changed it since, where no expected field speaks for it.
TEST(UndoTraces, LosesWhatAFieldThatCannotGoBackMayHaveChanged) {
  const auto result = undone({{R"({"snoozed_until":"2030-01-01T00:00:00Z","title":"a"})",
                               R"({"snoozed_until":"2031-01-01T00:00:00Z","title":"b"})"},
                              {R"({"snoozed_until":"2031-01-01T00:00:00Z"})", R"({"status":"done"})"}});
  EXPECT_EQ(result.lines, R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"b"}})"
                          "\n");
  EXPECT_EQ(losses_of(result), (std::vector<std::string>{"status not_shown", "snoozed_until needs_another"}));
}

// The API may show another form of such a text for ever, and then no job that expects it would apply.
TEST(UndoTraces, ATextThatWasNotShownAsItWasSentIsLost) {
  const auto text = [](const char* before, const char* after, bool as_sent, bool certain = true) {
    return written{R"({"title":"a","text":")" + std::string{before} + "\"}",
                   R"({"title":"b","text":")" + std::string{after} + "\"}", certain, as_sent};
  };
  const std::string title = R"({"id":"t1","patch":{"title":"a"},"expect":{"title":"b"}})"
                            "\n";
  const std::vector<std::string> lost{"text normalised"}, nothing;
  struct row {
    std::vector<written> writes;
    bool goes_back;
    std::vector<std::string> losses;
  };
  const std::vector<row> table{
      {{text("<p>x</p>", "y", true)}, true, nothing},
      {{text("<p>x</p>", "y", false)}, false, lost},
      {{text("<p>x</p>", "y", false, false)}, false, lost},
      // What the last write left counts.
      {{text("<p>x</p>", "z", false), text("<p>z</p>", "y", true)}, true, nothing},
      {{text("<p>x</p>", "z", true), text("z", "y", false)}, false, lost},
      {{text("y", "y", false)}, false, nothing},
  };
  for (const auto& row : table) {
    const auto result = undone(row.writes);
    if (row.goes_back) {
      EXPECT_THAT(result.lines, ::testing::HasSubstr(R"("text":"<p>x</p>")"));
      EXPECT_THAT(result.lines, ::testing::HasSubstr(R"("text":"y")"));
    } else {
      EXPECT_EQ(result.lines, title);
    }
    EXPECT_EQ(losses_of(result), row.losses);
    expect_valid(result.lines);
  }
  auto rows = productlane();
  rows.body_is = api::body_content::row;
  const auto none = undone({text("<p>x</p>", "y", false)}, rows);
  EXPECT_EQ(none.lines, "");
  EXPECT_THAT(losses_of(none), ::testing::UnorderedElementsAre("text normalised", "title needs_another"));
}

}  // namespace
}  // namespace pawl::plan
