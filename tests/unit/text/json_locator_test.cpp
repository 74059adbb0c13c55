#include "engine/text/json_locator.hpp"

#include "engine/text/json_padding.hpp"
#include "engine/text/json_walk.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
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

}  // namespace
}  // namespace pawl
