#include "engine/text/json_walk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl {
namespace {

std::string walked(std::string_view text) {
  std::string seen;
  const bool whole = text.starts_with('[')
                         ? for_each_element(text,
                                            [&seen](std::string_view value) {
                                              seen += '=' + std::string(value) + ';';
                                              return true;
                                            })
                         : for_each_member(text, [&seen](std::string_view key, std::string_view value) {
                             seen += std::string(key) + '=' + std::string(value) + ';';
                             return true;
                           });
  return whole ? seen : seen + '!';
}

TEST(JsonWalk, VisitsElementsAndMembersInOrder) {
  EXPECT_EQ(walked("[]"), "");
  EXPECT_EQ(walked("{ }"), "");
  EXPECT_EQ(walked(R"([1,"a,]\"b",[2,[3]],{"x":[1,2]}])"), R"(=1;="a,]\"b";=[2,[3]];={"x":[1,2]};)");
  EXPECT_EQ(walked(R"({"a,:":{"b":1},"c\"":null})"), R"("a,:"={"b":1};"c\""=null;)");
  EXPECT_EQ(walked(" { \"a\" : [ 1 , 2 ] , \"b\" :\ttrue\n} "), R"("a"=[ 1 , 2 ];"b"=true;)");
}

TEST(JsonWalk, EndsWhereTheTextIsNoList) {
  EXPECT_EQ(walked("[1,]"), "=1;!");
  EXPECT_EQ(walked("[1 2]"), "=1;!");
  EXPECT_EQ(walked("[1"), "!");
  EXPECT_EQ(walked(R"({"a":1 "b":2})"), R"("a"=1;!)");
  for (const char* bad : {"", "1", R"({"a"})", R"({a:1})", R"({"a":})", R"({"a":"b})"})
    EXPECT_EQ(walked(bad), "!") << bad;
  int seen = 0;
  EXPECT_FALSE(for_each_element("[1,2,3]", [&seen](std::string_view) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST(JsonWalk, TellsTheKindByTheFirstCharacter) {
  const std::pair<const char*, json_kind> table[] = {
      {"null", json_kind::null}, {"true", json_kind::boolean}, {"false", json_kind::boolean},
      {"-1", json_kind::number}, {"0", json_kind::number},     {"\"\"", json_kind::string},
      {"[]", json_kind::array},  {"{}", json_kind::object}};
  for (const auto& [text, kind] : table) EXPECT_EQ(kind_of(text), kind) << text;
}

TEST(JsonWalk, DropsWhiteSpaceOutsideOfStrings) {
  std::string line;
  append_on_one_line(line, " { \"a \\\" b\" :\n[ 1 ,\t\"\\\\\" , true ] }\r\n");
  EXPECT_EQ(line, R"({"a \" b":[1,"\\",true]})");
}

}  // namespace
}  // namespace pawl
