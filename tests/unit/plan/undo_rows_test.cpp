// Jobs for an API that replaces: they hold every field of the writes that they take back, or there is none.
#include "tests/unit/plan/undo_lines.hpp"

#include <gmock/gmock.h>

namespace pawl::plan {
namespace {

using namespace plan::testing;
using ::testing::UnorderedElementsAreArray;

const api::profile& of_rows() {
  static const auto profile = [] {
    auto made = productlane();
    made.body_is = api::body_content::row;
    return made;
  }();
  return profile;
}

TEST(UndoOfRows, IsCompleteOrNotThere) {
  struct row {
    const char* name;
    std::vector<written> writes;
    std::vector<std::string> losses;
  };
  const std::vector<row> table{
      {"a field that no reply shows",
       {{R"({"title":"a"})", R"({"title":"b","closed_loop":true})"}},
       {"closed_loop not_shown", "title needs_another"}},
      {"a value that was not shown before",
       {{R"({"title":"a"})", R"({"title":"b","pain_level":"LOW"})"}},
       {"pain_level not_shown", "title needs_another"}},
      {"a set that was not shown before",
       {{R"({"title":"a"})", R"({"title":"b","tag_ids":["x"]})"}},
       {"tag_ids not_shown", "title needs_another"}},
      {"null that the API does not take",
       {{R"({"title":"a","contact_id":null})", R"({"title":"b","contact_id":"c"})"}},
       {"contact_id not_nullable", "title needs_another"}},
      {"a value that the API does not take",
       {{R"({"title":"a","text":""})", R"({"title":"b","text":"<p>x</p>"})"}},
       {"text not_accepted", "title needs_another"}},
      {"such a value that was sent as it was",
       {{R"({"title":"a","text":""})", R"({"title":"b","text":""})"}},
       {"title needs_another"}},
      {"null that was sent as it was, and is not taken",
       {{R"({"title":"a","contact_id":null})", R"({"title":"b","contact_id":null})"}},
       {"title needs_another"}},
      {"elements that the API does not take",
       {{R"({"title":"a","tag_ids":[{"id":1}]})", R"({"title":"b","tag_ids":["x"]})"}},
       {"tag_ids not_accepted", "title needs_another"}},
      {"a value that needs one which nobody has read",
       {{R"({"title":"a","status":"snoozed"})", R"({"title":"b","status":"open"})"}},
       {"status needs_another", "title needs_another"}},
      {"all of them",
       {{R"({"title":"a","pain_level":"LOW","contact_id":null})",
         R"({"title":"b","pain_level":"HIGH","contact_id":"c","project_id":"p"})"}},
       {"contact_id not_nullable", "project_id not_shown", "title needs_another",
        "pain_level needs_another"}},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto result = undone(row.writes, of_rows());
    EXPECT_EQ(result.lines, "");
    EXPECT_EQ(result.jobs, 0u);
    EXPECT_THAT(losses_of(result), UnorderedElementsAreArray(row.losses));
  }
}

TEST(UndoOfRows, LosesNothingWhereNothingWasChanged) {
  const auto result = undone({{R"({"title":"a","text":""})", R"({"title":"a","text":""})"}}, of_rows());
  EXPECT_EQ(result.lines, "");
  EXPECT_EQ(losses_of(result), std::vector<std::string>{});
}

// What a write leaves out is empty afterwards, which is what the date was before.
TEST(UndoOfRows, LeavesOutADateThatWasEmptyBesideItsState) {
  const auto result = undone({{R"({"title":"a","status":"open","snoozed_until":null})",
                               R"({"title":"b","status":"snoozed","snoozed_until":"2027-01-01T00:00:00Z"})"}},
                             of_rows());
  EXPECT_EQ(losses_of(result), std::vector<std::string>{});
  EXPECT_EQ(result.lines,
            R"({"id":"t1","patch":{"title":"a","status":"open"},"expect":{"title":"b","status":"snoozed"}})"
            "\n");
}

// The second row may have erased what the first one wrote; then no job finds what it expects.
TEST(UndoOfRows, SaysWhatALaterRowDidNotName) {
  const auto result = undone({{R"({"title":"a","pain_level":"LOW"})", R"({"title":"b","pain_level":"LOW"})"},
                              {R"({"title":"b","pain_level":"LOW"})", R"({"pain_level":"HIGH"})"}},
                             of_rows());
  EXPECT_EQ(losses_of(result), std::vector<std::string>{"title left_out"});
  EXPECT_EQ(result.jobs, 1u);
  // A third row names it again.
  EXPECT_EQ(
      losses_of(undone({{R"({"title":"a","pain_level":"LOW"})", R"({"title":"b","pain_level":"LOW"})"},
                        {R"({"title":"b","pain_level":"LOW"})", R"({"pain_level":"HIGH"})"},
                        {R"({"title":null,"pain_level":"HIGH"})", R"({"title":"c","pain_level":"LOW"})"}},
                       of_rows())),
      std::vector<std::string>{});
}

}  // namespace
}  // namespace pawl::plan
