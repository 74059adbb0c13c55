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

// A line with what must follow it.
struct padded {
  explicit padded(std::string_view line) : bytes(line), size(line.size()) { bytes.append(json_padding, ' '); }
  std::string_view text() const { return std::string_view{bytes}.substr(0, size); }
  std::string bytes;
  std::size_t size;
};

// Both ways through a line; what the short one takes, the long one takes alike. The short one has read the
// line `before`, if there is one.
struct both_ways {
  explicit both_ways(std::string_view line, const char* before = nullptr) : bytes(line) {
    plain_row_reader plain_rows;
    if (before != nullptr) {
      const padded first(before);
      EXPECT_TRUE(plain_rows.read(first.text(), short_way)) << before;
    }
    const auto text = bytes.text();
    plain = plain_rows.read(text, short_way);
    byte_arena arena;
    full = reader.row(text, arena, long_way);
    said_short = describe(short_way);
    said_long = describe(long_way);
  }
  padded bytes;
  std::string said_short, said_long;
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

TEST(PlainRow, ReadsRowsOfOneFrameAndOfOthersInTurn) {
  for (const char* before : taken)
    for (const char* line : taken) {
      const both_ways b(line, before);
      EXPECT_TRUE(b.plain) << line << " behind " << before;
      EXPECT_EQ(b.said_short, b.said_long) << line << " behind " << before;
    }
  const char* const same_frame[] = {
      R"({"id":"a","patch":{"n":1,"b":[]},"expect":{"c":"x"}})",
      R"({"id":22,"patch":{"n":"two","b":["p","q"]},"expect":{"c":null}})",
      R"({"id":"","patch":{"n":false,"b":-0.5e3},"expect":{"c":[true]}})",
      // one value is text that looks like the frame behind it
      R"({"id":"a,'patch':{'n':1","patch":{"n":"}","b":"]},"},"expect":{"c":"}}"}})",
  };
  for (const char* before : same_frame)
    for (const char* line : same_frame) {
      const both_ways b(line, before);
      EXPECT_TRUE(b.plain) << line << " behind " << before;
      EXPECT_EQ(b.said_short, b.said_long) << line << " behind " << before;
    }
}

// Each line cut short anywhere, and with each of its bytes replaced by what means something in JSON; read
// first, and behind the whole line.
TEST(PlainRow, TakesNothingThatTheLongWayTakesOtherwise) {
  const std::string marks{"\"\\{}[],: \t\n0-+.eEtfn\x1f\x80\x00", 23};
  std::size_t compared = 0;
  for (const char* whole : taken)
    pawl::test::for_each_mutation(whole, marks, [&](const std::string& line) {
      for (const char* before : {static_cast<const char*>(nullptr), whole}) {
        const both_ways b(line, before);
        if (!b.plain) continue;
        ++compared;
        EXPECT_TRUE(b.full) << line << ": " << b.reader.problem();
        EXPECT_EQ(b.said_short, b.said_long) << line;
      }
    });
  EXPECT_GT(compared, 2000u);
}

}  // namespace
}  // namespace pawl::input
