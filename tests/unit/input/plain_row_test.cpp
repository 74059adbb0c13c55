#include "engine/input/plain_row.hpp"

#include "tests/support/mutations.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::input {
namespace {

std::string describe(const json_row& row) {
  std::string text = row.has_patch ? "patch " : "";
  if (row.has_expect) text += "expect ";
  for (const auto& member : row.members) {
    text += std::to_string(static_cast<int>(member.scope)) + ' ' + std::string(member.key) + ' ' +
            std::to_string(static_cast<int>(member.value.kind)) + ' ' + std::string(member.value.text) + '\n';
  }
  return text;
}

// Both ways through a line; what the short one takes, the long one takes alike.
struct both_ways {
  explicit both_ways(std::string_view line) {
    bytes = std::string(line) + std::string(json_padding, ' ');
    const auto text = std::string_view{bytes}.substr(0, line.size());
    plain = read_plain_row(text, short_way);
    byte_arena arena;
    full = reader.row(text, arena, long_way);
    said_short = describe(short_way);
    said_long = describe(long_way);
  }
  std::string bytes, said_short, said_long;
  json_reader reader;
  json_row short_way, long_way;
  bool plain = false, full = false;
};

constexpr const char* taken[] = {
    R"({})",
    R"( { } )",
    R"({"id":"1"})",
    R"({"id":1,"patch":{},"expect":{}})",
    R"({"id":"00000000-0000-4000-8000-000000000001","patch":{"status":"done","pain_level":"HIGH","tag_ids":["a","b"]}})",
    "{\"id\": \"thr_1\",\t\"patch\": {\"title\": \"It's 'fine' {[(, : /)]} \x7f\", \"n\": -0.5e+10, \"t\": "
    "true}}\r",
    R"({"id":"1","status":"done","closed_loop":false,"snoozed_until":null,"tag_ids":[],"m":[1,true,null,"x"]})",
    R"({"patch":{"id":"1"},"expect":{"status":"open"},"":""})",
    R"({"a":1,"A":2,"ab":3})",
};

TEST(PlainRow, TakesWhatProgramsWrite) {
  for (const char* line : taken) {
    const both_ways b(line);
    EXPECT_TRUE(b.plain) << line;
    EXPECT_TRUE(b.full) << line << ": " << b.reader.problem();
    EXPECT_EQ(b.said_short, b.said_long) << line;
  }
}

TEST(PlainRow, LeavesEverythingElse) {
  const char* const left[] = {
      "",
      "[]",
      "1",
      R"({"id":"1")",
      R"({"id":"1"}x)",
      R"({"id":"1",})",
      R"({"id" "1"})",
      R"({"id":})",
      R"({"id":01})",
      R"({"id":1.})",
      R"({"id":tru})",
      R"({"id":"a\nb"})",
      "{\"id\":\"a\tb\"}",
      "{\"id\":\"Gr\xc3\xb6\xc3\x9f\x65\"}",
      "{\"id\":\"\xff\"}",
      R"({"id":"1)",
      R"({"id)",
      R"({"id":"1","id":"2"})",
      R"({"patch":{},"patch":{}})",
      R"({"patch":{"a":1,"a":2}})",
      R"({"patch":[]})",
      R"({"expect":null})",
      R"({"a":{"b":1}})",
      R"({"patch":{"patch":{}}})",
      R"({"a":[[1]]})",
      R"({"a":[{}]})",
      R"({"a":["x", "y"]})",
      R"({"a":["x"})",
      R"({"a":[1,]})",
      R"({,})",
  };
  for (const char* line : left) EXPECT_FALSE(both_ways(line).plain) << line;

  std::string many = "{";
  for (int i = 0; i < 25; ++i) many += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  EXPECT_FALSE(both_ways(many + '}').plain);
}

// Each line cut short anywhere, and with each of its bytes replaced by what means something in JSON.
TEST(PlainRow, TakesNothingThatTheLongWayTakesOtherwise) {
  const std::string marks{"\"\\{}[],: \t\n0-+.eEtfn\x1f\x80\x00", 23};
  std::size_t compared = 0;
  const auto compare = [&compared](const std::string& line) {
    const both_ways b(line);
    if (!b.plain) return;
    ++compared;
    EXPECT_TRUE(b.full) << line << ": " << b.reader.problem();
    EXPECT_EQ(b.said_short, b.said_long) << line;
  };
  for (const char* line : taken) pawl::test::for_each_mutation(line, marks, compare);
  EXPECT_GT(compared, 1000u);
}

}  // namespace
}  // namespace pawl::input
