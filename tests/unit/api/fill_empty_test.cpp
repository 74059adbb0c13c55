// Fields that are written only where the resource has no value.
#include "engine/api/precondition.hpp"
#include "engine/api/resource_reader.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using ::testing::HasSubstr;
using testing::made_job;
using testing::members;
using testing::padded;
using testing::reading_profile;

struct filled_row {
  std::string_view shown;
  members patch;
  std::string_view send, unmet;
  bool complete = true;
};

TEST(FillEmpty, LeavesWhatShowsAValue) {
  const auto p = reading_profile();
  const std::vector<std::string> names{"title", "assignee_id", "tag_ids", "unheard_of"};
  resource_reader reader(p, {}, nullptr, false, names);
  write_plan plan;
  for (const auto& row : std::vector<filled_row>{
           {R"("title":null)", {{"title", R"("new")"}}, R"({"title":"new"})", ""},
           {R"("title":"")", {{"title", R"("new")"}}, R"({"title":"new"})", ""},
           {R"("status":"open")", {{"title", R"("new")"}}, R"({"title":"new"})", "", false},
           {R"("title":"old")", {{"title", R"("new")"}}, "{}", R"(title is "old", expected no value)"},
           {R"("title":" ")", {{"title", R"("new")"}}, "{}", R"(title is " ", expected no value)"},
           {R"("title":"new")", {{"title", R"("new")"}}, "{}", ""},
           {R"("title":"old","status":"open")",
            {{"title", R"("new")"}, {"status", R"("done")"}},
            R"({"status":"done"})",
            ""},
           {R"("title":"old","status":"done")",
            {{"title", R"("new")"}, {"status", R"("done")"}},
            "{}",
            R"(title is "old", expected no value)"},
           {R"("title":"old","assignee":null)",
            {{"title", R"("new")"}, {"assignee_id", R"("u1")"}},
            R"({"assignee_id":"u1"})",
            ""},
           {R"("title":"old","assignee":{"id":"u2"})",
            {{"title", R"("new")"}, {"assignee_id", R"("u1")"}},
            "{}",
            R"(title is "old", expected no value)"},
           {R"("tags":[ ])", {{"tag_ids", R"(["tag_1"])"}}, R"({"tag_ids":["tag_1"]})", ""},
           {R"("tags":[{"id":"tag_2"}])",
            {{"tag_ids", R"(["tag_1"])"}},
            "{}",
            R"(tag_ids is ["tag_2"], expected no value)"},
           {R"("tags":[{"id":"tag_2"}])",
            {{"add_tag_ids", R"(["tag_1"])"}},
            "{}",
            R"(tag_ids is ["tag_2"], expected no value)"},
       }) {
    const padded body("{\"id\":\"t1\"," + std::string{row.shown} + "}");
    const made_job job(p, row.patch);
    // Twice: nothing of a plan is left in the next.
    for (int i = 0; i < 2; ++i) EXPECT_EQ(reader.make_plan(body, job, {}, plan), readability::readable);
    EXPECT_EQ(plan.new_values, row.send) << row.shown;
    EXPECT_EQ(plan.unmet, row.unmet) << row.shown;
    EXPECT_EQ(plan.complete, row.complete) << row.shown << ": a list may leave out what is not empty";
  }
}

TEST(FillEmpty, AValueThatIsNoJsonIsNotEmpty) {
  const auto p = reading_profile();
  const std::vector<std::string> names{"title"};
  resource_reader reader(p, {}, nullptr, false, names);
  write_plan plan;
  EXPECT_NE(
      reader.make_plan(padded(R"({"id":"t1","title":nope})"), made_job(p, {{"title", R"("new")"}}), {}, plan),
      readability::readable);
  EXPECT_TRUE(plan.wanted.empty());
}

TEST(FillEmpty, IsRefusedWhereNobodyCanTell) {
  auto p = reading_profile();
  EXPECT_FALSE(why_not_filled("title", p));
  EXPECT_THAT(to_string(*why_not_filled("titel", p)),
              HasSubstr("has no field \"titel\"; did you mean title?"));
  EXPECT_THAT(to_string(*why_not_filled("add_tags", p)), HasSubstr("write the whole list as tag_ids"));
  EXPECT_THAT(to_string(*why_not_filled("notify", p)), HasSubstr("no read shows notify"));
  p.any_field.emplace();
  EXPECT_FALSE(why_not_filled("custom", p)) << "the input may have it";
  p.body_is = body_content::row;
  EXPECT_THAT(to_string(*why_not_filled("title", p)), HasSubstr("erases the field that is left out"));
}

}  // namespace
}  // namespace pawl::api
