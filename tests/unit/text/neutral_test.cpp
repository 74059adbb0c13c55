#include "engine/text/neutral.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace pawl {
namespace {

TEST(NeutralText, BeginsNoFormulaAndMovesNoCursor) {
  const std::pair<const char*, const char*> table[]{
      {"", ""},
      {"plain, text", "plain, text"},
      {"=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"},
      {"+1", "'+1"},
      {"-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"  =1", "'  =1"},
      {"\t=1", "\\t=1"},
      {"\r=1", "\\r=1"},
      {"\n=1", "\\n=1"},
      {"\xef\xbc\x9d"
       "1",
       "'\xef\xbc\x9d"
       "1"},
      {"a=b", "a=b"},
      {"\x1b[2J", "\\x1b[2J"},
      {"\xc2\x9b", "\\u009b"},
      {"\xe2\x80\xae"
       "x",
       "\\u202ex"},
      {"\xff", "\\xff"},
  };
  for (const auto& [text, neutral] : table) EXPECT_EQ(neutral_text(text), neutral);
  const std::string large(100'000, 'x');
  EXPECT_EQ(neutral_text(large), large) << "nothing is cut";
}

TEST(NeutralJson, SaysTheSameWithoutWhatATerminalActsOn) {
  EXPECT_EQ(neutral_json("{\"a\":\"\x7f\xc2\x85\xe2\x80\xa8\xe2\x81\xa9 \xe2\x82\xac \xc3\xa4\"}"),
            "{\"a\":\"\\u007f\\u0085\\u2028\\u2069 \xe2\x82\xac \xc3\xa4\"}");
}

TEST(NeutralJsonString, EscapesAndReplacesWhatIsNotUtf8) {
  std::string out;
  append_neutral_json_string(out, "a\"b\\c\n\x01\xff\xc3\xa9");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001\xef\xbf\xbd\xc3\xa9\"");
}

TEST(NeutralJsonString, LetsNothingActOnATerminal) {
  std::string out;
  append_neutral_json_string(out, "\t\x7f\xc2\x85\xe2\x80\xa8\xe2\x81\xa9 \xe2\x82\xac");
  EXPECT_EQ(out, "\"\\t\\u007f\\u0085\\u2028\\u2069 \xe2\x82\xac\"");
}

}  // namespace
}  // namespace pawl
