#include "engine/text/json_locator.hpp"

#include "engine/text/json_padding.hpp"
#include "engine/text/json_walk.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl {
namespace {

// What is found behind each path, one after another; `!`: the document is unreadable.
std::string found(std::string_view document, const std::vector<std::string>& texts) {
  std::vector<json_path> paths;
  std::vector<std::uint32_t> wanted;
  for (const auto& text : texts) {
    wanted.push_back(static_cast<std::uint32_t>(paths.size()));
    paths.push_back(*parse_json_path(text));
  }
  json_locator locator(paths);
  json_parser parser;
  std::string body{document};
  body.append(json_padding, ' ');
  if (!locator.locate(parser, std::string_view{body}.substr(0, document.size()), wanted)) return "!";
  std::string seen;
  for (const auto path : wanted) {
    const auto& at = locator[path];
    if (at.is == located::kind::absent) seen += "absent";
    if (at.is == located::kind::broken) seen += "broken";
    if (at.is == located::kind::value) seen += at.text;
    if (at.is == located::kind::list)
      for (const auto element : at.elements) (seen += element) += '+';
    seen += ';';
  }
  return seen;
}

TEST(JsonLocator, FindsValuesBehindPathsInOnePass) {
  constexpr std::string_view document =
      "\xef\xbb\xbf"
      R"({ "id" : "t1", "assignee": {"id": 7, "n\u0061me": "A"}, "tags": [ {"id":"x"}, {"id": "y"} ], "none": null,)"
      R"( "other": {"id": ["}"]} })";
  EXPECT_EQ(
      found(document, {"id", "assignee.id", "assignee.name", "tags[].id", "none.deep", "gone", "assignee"}),
      R"("t1";7;"A";"x"+"y"+;null;absent;{"id": 7, "n\u0061me": "A"};)");
  EXPECT_EQ(found(document, {"id.deep", "assignee[].id", "tags[].id[].x"}), "broken;broken;broken;");
  EXPECT_EQ(found(R"({"tags":[]})", {"tags[].id"}), ";");
}

TEST(JsonLocator, RefusesWhatItCannotReadWhole) {
  for (const char* bad : {"", "[]", "1", R"({"id":1)", R"({"id":1}})", R"({"id":1} x)", R"({"id":1,"id":2})",
                          R"({"id" 1})", "{\"id\":\"\xff\"}"})
    EXPECT_EQ(found(bad, {"id"}), "!") << bad;
  const std::string deep(max_json_depth - 1, '['), closing(max_json_depth - 1, ']');
  EXPECT_NE(found("{\"a\":" + deep + closing + "}", {"id"}), "!");
  EXPECT_EQ(found("{\"a\":[" + deep + closing + "]}", {"id"}), "!");
}

TEST(JsonLocator, PicksElements) {
  constexpr std::string_view document =
      R"({"errors":[{"code":"E1"},{"code":"E2"}],"none":null,"empty":[],"list":[1,[2],"x",null],)"
      R"("fields":[{"id":7,"value":"seven"},{"value":1,"id":"8"},{"id":true,"value":null},3,{"value":"no id"},)"
      R"({"id":{"a":1},"value":"deep"},{"\u0069d":"n\u0069ne","value":{"a":[{"id":7,"b":5}]}}]})";
  const std::vector<std::pair<std::string, std::string_view>> table{
      {"errors[0].code", R"("E1";)"},
      {"errors[1].code", R"("E2";)"},
      {"errors[1]", R"({"code":"E2"};)"},
      {"errors[2].code", "absent;"},
      {"errors[0].gone", "absent;"},
      {"errors[0].code.deep", "broken;"},
      {"errors.code", "broken;"},
      {"none[0].code", "null;"},
      {"empty[0]", "absent;"},
      {"gone[0].x", "absent;"},
      {"list[0]", "1;"},
      {"list[1]", "[2];"},
      {"list[3].x", "null;"},
      {"list[0].x", "broken;"},
      {"fields[id=7].value", R"("seven";)"},
      {"fields[id=8].value", "1;"},
      {"fields[id=true].value", "null;"},
      {"fields[id=nine].value.a[0].b", "5;"},
      {"fields[id=nine].value.a[id=7].b", "5;"},
      {"fields[id=9].value", "absent;"},
      {"fields[value='no id'].value", R"("no id";)"},
      {"fields[id='{\"a\":1}'].value", "absent;"},
      {"errors[code=E2].code", R"("E2";)"},
  };
  std::vector<std::string> paths;
  std::string all;
  for (const auto& [path, expected] : table) {
    EXPECT_EQ(found(document, {path}), expected) << path;
    paths.push_back(path);
    all += expected;
  }
  EXPECT_EQ(found(document, paths), all) << "together they find what each finds alone";
  EXPECT_EQ(found(document, {"errors[].code", "errors[1].code"}), R"("E1"+"E2"+;"E2";)");
}

TEST(JsonLocator, DoesNotGuessWhichOfTwoElementsIsMeant) {
  constexpr std::string_view twice = R"({"f":[{"id":7,"v":1},{"id":8,"v":2},{"id":"7","v":3}]})";
  EXPECT_EQ(found(twice, {"f[id=7].v", "f[id=7]", "f[id=8].v"}), "broken;broken;2;");
  EXPECT_EQ(found(R"({"f":[{"id":7,"id":8,"v":1}]})", {"f[id=8].v"}), "!");
  EXPECT_EQ(found(R"({"f":[{"id":7,"v":1,"v":2}]})", {"f[id=7].v"}), "!");
  EXPECT_EQ(found(R"({"f":[{"id":8,"v":1,"v":2}]})", {"f[id=7].v"}), "absent;");
}

TEST(JsonLocator, PicksInsideOfEachElement) {
  EXPECT_EQ(found(R"({"a":[{"b":[1,2]},{"b":[3]}]})", {"a[].b[0]"}), "1+3+;");
  EXPECT_EQ(found(R"({"a":[{"b":[1,2]},{"b":[3]}]})", {"a[].b[1]"}), "broken;") << "an element lacks it";
  EXPECT_EQ(found(R"({"a":[{"b":[1,2]},{"b":[3]}]})", {"a[1].b[]"}), "3+;");
}

TEST(JsonLocator, TakesAnArrayAsTheDocumentOnlyWhereAPathBeginsAtOne) {
  constexpr std::string_view list = R"([{"id":1,"message":"m"},{"id":2}])";
  EXPECT_EQ(found(list, {"[].id"}), "1+2+;");
  EXPECT_EQ(found(list, {"[0].message", "[1].message", "[2].message", "[id=2].id"}),
            R"("m";absent;absent;2;)");
  EXPECT_EQ(found(list, {"[]"}), R"({"id":1,"message":"m"}+{"id":2}+;)");
  EXPECT_EQ(found(list, {"[0].id", "id"}), "1;broken;");
  EXPECT_EQ(found(list, {"id"}), "!");
  EXPECT_EQ(found(R"({"id":1})", {"[0].id", "id", "[].id"}), "broken;1;broken;");
  EXPECT_EQ(found("[]", {"[].id", "[0].id"}), ";absent;");
  for (const char* bad : {"[", "[1", "[1,]", "[1]]", "[1]x", "1", "[1 2]", "[{]"}) {
    EXPECT_EQ(found(bad, {"[]"}), "!") << bad;
    EXPECT_EQ(found(bad, {"[0]"}), "!") << bad;
  }
}

}  // namespace
}  // namespace pawl
