#include "engine/text/json_path.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

TEST(JsonPath, ReadsAndWritesSteps) {
  EXPECT_EQ(parse_json_path("tags[].id"), (json_path{{"tags", true}, {"id", false}}));
  EXPECT_EQ(parse_json_path("a.b"), (json_path{{"a", false}, {"b", false}}));
  EXPECT_EQ(parse_json_path(""), json_path{});
  for (const char* text : {"id", "assignee.id", "tags[].id", "a[]", ""})
    EXPECT_EQ(to_string(*parse_json_path(text)), text);
  for (const char* bad : {".", "a.", ".a", "a..b", "a[", "a]", "[]", "a[0]", "a[].[]"})
    EXPECT_EQ(parse_json_path(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace pawl
