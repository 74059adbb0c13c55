// Values that no input may hold, and jobs that are too long for one.
#include "tests/unit/plan/undo_lines.hpp"

#include <gmock/gmock.h>

namespace pawl::plan {
namespace {

using namespace plan::testing;

std::string nested(int levels) {
  const auto n = static_cast<std::size_t>(levels);
  return std::string(n, '[') + std::string(n, ']');
}

TEST(Undo, AValueThatNoInputMaySayCostsItsFieldAndNothingElse) {
  const std::string half = R"("cut \ud83d")", long_text = '"' + std::string(256 * 1024, 'x') + '"';
  struct row {
    const char* name;
    std::vector<written> writes;
    const char* want;
    std::vector<std::string> losses;
  };
  const std::vector<row> table{
      {"half of a surrogate pair",
       {{"{\"title\":" + half + R"(,"pain_level":"LOW"})", R"({"title":"b","pain_level":"HIGH"})"}},
       R"({"id":"t1","patch":{"pain_level":"LOW"},"expect":{"pain_level":"HIGH"}})"
       "\n",
       {"title unsound"}},
      {"that somebody has set between two writes",
       {{R"({"title":"a"})", R"({"title":"b"})"}, {"{\"title\":" + half + "}", R"({"title":"c"})"}},
       "",
       {"title unsound"}},
      {"that an old value needs",
       {{R"({"status":"snoozed","snoozed_until":"\udc00"})", R"({"status":"open"})"}},
       "",
       {"status needs_another"}},
      {"among the elements of a set",
       {{R"({"tag_ids":["a","\ud83d"]})", R"({"tag_ids":["a","\ud83d","b"]})"}},
       "",
       {"tag_ids unsound"}},
      {"elements that the profile does not take",
       {{R"({"tag_ids":[{"id":1}]})", R"({"tag_ids":["b"]})"}},
       "",
       {"tag_ids not_accepted"}},
      {"the same key twice",
       {{R"({"ai_draft_sources":[{"a":1,"a":2}]})", R"({"ai_draft_sources":[]})"}},
       "",
       {"ai_draft_sources unsound"}},
      {"too long", {{"{\"text\":" + long_text + "}", R"({"text":"b"})"}}, "", {"text too_large"}},
      {"too deep for a row, though not for a reply",
       {{"{\"ai_draft_sources\":" + nested(63) + "}", R"({"ai_draft_sources":[]})"}},
       "",
       {"ai_draft_sources too_large"}},
      {"a record that is no object, before one that is",
       {{"[1]", "{}"}, {R"({"title":"a"})", R"({"title":"b"})"}},
       "",
       {" record_broken"}},
      {"or behind it", {{R"({"title":"a"})", R"({"title":"b"})"}, {"{}", "{"}}, "", {" record_broken"}},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto result = undone(row.writes);
    EXPECT_EQ(result.lines, row.want);
    EXPECT_EQ(losses_of(result), row.losses);
    expect_valid(result.lines);
  }
}

TEST(Undo, AJobIsNeverLongerThanARow) {
  const std::string most(250 * 1024, 'x');
  api::profile wide;
  for (const auto* name : {"a", "b", "c"}) {
    auto& f = wide.fields.emplace_back();
    f.name = name;
    f.echo = {{name, false}};
  }
  undo_builder builder{wide};
  const auto all = [&](char last) {
    std::string text = "{";
    for (const char name : {'a', 'b', 'c'})
      text += std::string(text.size() > 1 ? "," : "") + '"' + name + "\":\"" + most + last + '"';
    return text + "}";
  };
  builder.add(all('1'), all('2'), true, true);
  const auto result = builder.finish("t1");
  EXPECT_EQ(result.jobs, 0u);
  EXPECT_EQ(losses_of(result), (std::vector<std::string>{"a too_large", "b too_large", "c too_large"}));
}

}  // namespace
}  // namespace pawl::plan
