#include "engine/input/json_reader.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace pawl::input {
namespace {

// Compact text, or `!` and the problem.
std::string compact(std::string_view text) {
  static json_reader reader;
  byte_arena arena;
  const auto value = reader.value(text, arena);
  return value ? std::string(value->text) : '!' + reader.problem();
}

TEST(JsonReader, DropsWhiteSpaceAndKeepsNumbersAsWritten) {
  const std::pair<const char*, const char*> table[] = {
      {"1", "1"},
      {" -0.50e+10 ", "-0.50e+10"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"1E400", "1E400"},
      {"true", "true"},
      {" null\n", "null"},
      {"\"a b\"", "\"a b\""},
      {"[ ]", "[]"},
      {"{ }", "{}"},
      {" [ 1 , \"x y\" , { \"a\" : [ null , false ] } ] ", R"([1,"x y",{"a":[null,false]}])"},
      {R"("\u0041\/\u00e9\ud83d\ude00")", "\"A/\xc3\xa9\xf0\x9f\x98\x80\""},
      {R"("\"\\\b\f\n\r\t\u0000\u001f")", R"("\"\\\b\f\n\r\t\u0000\u001f")"},
      {R"({"\u0061":1,"b":2})", R"({"a":1,"b":2})"},
      {R"({"a":{"x":1},"b":{"x":1}})", R"({"a":{"x":1},"b":{"x":1}})"},
  };
  for (const auto& [text, wanted] : table) EXPECT_EQ(compact(text), wanted) << text;
}

TEST(JsonReader, RefusesWhatIsNotJson) {
  for (const char* bad : {"",
                          "nul",
                          "tru",
                          "01",
                          "1.",
                          ".5",
                          "+1",
                          "-",
                          "1e",
                          "0x10",
                          "NaN",
                          "Infinity",
                          "'a'",
                          "\"a",
                          "a\"",
                          "\"\\x\"",
                          "[1,]",
                          "[,1]",
                          "[1 2]",
                          "[1,2",
                          "1,2",
                          "1]",
                          "1],[2",
                          "{\"a\"}",
                          "{a:1}",
                          "{\"a\":}",
                          "{\"a\":1,}",
                          "{1:2}",
                          "\"a\nb\"",
                          "\"\\ud800\"",
                          "\"\\udc00\"",
                          "\"\\ud800\\u0041\"",
                          "\"\\u12g4\"",
                          "[\"\\u12\"]",
                          "truefalse",
                          "1 true",
                          "nullx",
                          "[1]]",
                          "{\"a\" 1}",
                          "[1}",
                          "{\"a\":1]",
                          "\"a\" \"b\"",
                          "// c"})
    EXPECT_EQ(compact(bad).substr(0, 18), "!is not valid JSON") << bad << " -> " << compact(bad);
  EXPECT_EQ(compact(std::string_view("\"a\0b\"", 5)), "!contains a NUL byte");
  EXPECT_EQ(compact(std::string_view("1\0", 2)), "!contains a NUL byte");
  EXPECT_EQ(compact("\"\xe9\""), "!is not valid UTF-8");
}

TEST(JsonReader, FindsARepeatedKeyAtAnyDepth) {
  EXPECT_EQ(compact(R"({"a":1,"b":2,"a":3})"), "!has the key \"a\" twice");
  EXPECT_EQ(compact(R"([{"x":{"k":1,"\u006b":2}}])"), "!has the key \"k\" twice");
  // Many keys take another way.
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":{\"k1\":0},";
  EXPECT_EQ(compact(many + "\"z\":1}").substr(0, 2), "{\"");
  EXPECT_EQ(compact(many + "\"k42\":1}"), "!has the key \"k42\" twice");
}

TEST(JsonReader, StopsAtTheDepthBound) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_EQ(compact(nested(64)), nested(64));
  EXPECT_EQ(compact(nested(65)), "!is nested deeper than 64 levels");
  EXPECT_EQ(compact(nested(5000)), "!is nested deeper than 64 levels");
}

// Whatever is accepted reads back as itself: compact text is a fixed point.
TEST(JsonReader, CompactTextIsAFixedPointUnderRandomChanges) {
  std::mt19937 random(7);
  const std::string seed =
      R"({"id": "t1", "patch": {"tag_ids": ["a", "b\u00e9\n"], "n": -1.5e3}, "x": [true, null, {}]})";
  constexpr std::string_view letters = "{}[]\",:\\u0019eE+-.tfn \n\t\x80";
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto text = seed;
    for (auto left = random() % 3; left > 0; --left)
      text[random() % text.size()] = letters[random() % letters.size()];
    const auto once = compact(text);
    if (once.front() == '!') continue;
    ++accepted;
    EXPECT_EQ(compact(once), once) << text;
  }
  EXPECT_GT(accepted, 5000);
}

}  // namespace
}  // namespace pawl::input
