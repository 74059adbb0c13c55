#include "engine/text/json_path.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl {
namespace {

path_step at(std::string key, std::uint32_t index) {
  return {std::move(key), false, array_pick{index, {}, {}}};
}
path_step with(std::string key, std::string member, std::string value) {
  return {std::move(key), false, array_pick{0, std::move(member), std::move(value)}};
}

TEST(JsonPath, ReadsAndWritesSteps) {
  const std::vector<std::pair<std::string_view, json_path>> table{
      {"", {}},
      {"id", {{"id", false}}},
      {"a.b", {{"a", false}, {"b", false}}},
      {"tags[].id", {{"tags", true}, {"id", false}}},
      {"a[]", {{"a", true}}},
      {"errors[0].code", {at("errors", 0), {"code", false}}},
      {"posts[12]", {at("posts", 12)}},
      {"[0].id", {at("", 0), {"id", false}}},
      {"[].x", {{"", true}, {"x", false}}},
      {"[]", {{"", true}}},
      {"custom_fields[id=360001].value", {with("custom_fields", "id", "360001"), {"value", false}}},
      {"[key=true]", {with("", "key", "true")}},
      {"f[name='Due date'].v", {with("f", "name", "Due date"), {"v", false}}},
      {"f['a.b'='x]y']", {with("f", "a.b", "x]y")}},
      {"f[0=7]", {with("f", "0", "7")}},
      {"f[name='']", {with("f", "name", "")}},
      {"value.'@odata.nextLink'", {{"value", false}, {"@odata.nextLink", false}}},
      {"'a b'[].'c[0]'", {{"a b", true}, {"c[0]", false}}},
      {R"("it's".x)", {{"it's", false}, {"x", false}}},
      {R"("'\"\\\n\u0001")", {{"'\"\\\n\x01", false}}},
      {"''", {{"", false}}},
      {"a.''[0]", {{"a", false}, at("", 0)}},
      {"stra\u00dfe", {{"stra\u00dfe", false}}},
  };
  for (const auto& [text, path] : table) {
    EXPECT_EQ(parse_json_path(text), path) << text;
    EXPECT_EQ(to_string(path), text);
  }
}

TEST(JsonPath, TakesMoreSpellingsThanItWrites) {
  EXPECT_EQ(parse_json_path("@type"), (json_path{{"@type", false}}));
  EXPECT_EQ(parse_json_path("a b.c:d"), (json_path{{"a b", false}, {"c:d", false}}));
  EXPECT_EQ(parse_json_path(R"(value."@odata.nextLink")"),
            (json_path{{"value", false}, {"@odata.nextLink", false}}));
  EXPECT_EQ(parse_json_path("f[name=Due date]"), (json_path{with("f", "name", "Due date")}));
  EXPECT_EQ(parse_json_path(R"(f["name"="7"])"), (json_path{with("f", "name", "7")}));
  EXPECT_EQ(parse_json_path("f[v=a.b=c]"), (json_path{with("f", "v", "a.b=c")}));
}

TEST(JsonPath, RefusesWhatIsNoPath) {
  for (const char* bad : {".",
                          "a.",
                          ".a",
                          "a..b",
                          "a[",
                          "a]",
                          "a[].[]",
                          "a[0][1]",
                          "a[-1]",
                          "a[01]",
                          "a[0",
                          "a[1x]",
                          "a[=7]",
                          "a[id=]",
                          "a[id]",
                          "a[id=7",
                          "a[i.d=7]",
                          "a[id= 7]",
                          "a[id =7]",
                          "a[id=7]b",
                          "a[]b",
                          "a[id=7]]",
                          "'a",
                          "\"a",
                          "'a'b",
                          "a[id='7]",
                          R"("\x")",
                          R"("\ud800")",
                          "''[0]",
                          "\"\"[].x",
                          "a[4294967296]",
                          "a['id'7]",
                          "a[[0]]"})
    EXPECT_EQ(parse_json_path(bad), std::nullopt) << bad;
}

// Texts of the characters that mean something in a path: what can be read is written so that it reads the
// same again.
TEST(JsonPath, ReadsBackWhatItWrites) {
  std::mt19937 random(20);  // NOLINT: the same texts in every run
  constexpr std::string_view letters = "ab01.[]='\"\\ n\n\xc3\xa9";
  unsigned paths = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (auto size = random() % 12; size > 0; --size) text += letters[random() % letters.size()];
    const auto path = parse_json_path(text);
    if (!path) continue;
    ++paths;
    ASSERT_EQ(parse_json_path(to_string(*path)), path) << text;
  }
  EXPECT_GT(paths, 10'000U);
}

}  // namespace
}  // namespace pawl
