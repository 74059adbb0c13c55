#include "engine/text/json_unescape.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl {
namespace {

TEST(JsonUnescape, KnowsWhereATokenEnds) {
  EXPECT_EQ(string_token_size(R"("a")"), 3u);
  EXPECT_EQ(string_token_size(R"("a\"b",1)"), 6u);
  EXPECT_EQ(string_token_size(R"("\\" ")"), 4u);
  for (const char* bad : {"", "a", "\"", R"("a\")", R"("\)"}) EXPECT_EQ(string_token_size(bad), 0u) << bad;
  EXPECT_TRUE(is_string_token(R"("")"));
  EXPECT_FALSE(is_string_token(R"("a"b")"));
}

TEST(JsonUnescape, IsStrictOrTakesLoneSurrogatesAsTheyCome) {
  const struct {
    std::string_view inner, strictly;
    escape_flaw flaw;
    std::string_view leniently;
  } table[] = {{R"(plain \/ \"x\")", "plain / \"x\"", escape_flaw::none, "plain / \"x\""},
               {R"(\b\f\n\r\t\\)", "\b\f\n\r\t\\", escape_flaw::none, "\b\f\n\r\t\\"},
               {R"(\u0041\u00e9\u20AC)", "A\xc3\xa9\xe2\x82\xac", escape_flaw::none, "A\xc3\xa9\xe2\x82\xac"},
               {R"(\ud83d\ude00)", "\xf0\x9f\x98\x80", escape_flaw::none, "\xf0\x9f\x98\x80"},
               {R"(a\ude00b)", "a", escape_flaw::lone_low,
                "a\xed\xb8\x80"
                "b"},
               {R"(a\ud83d\u0041)", "a", escape_flaw::lone_high,
                "a\xed\xa0\xbd"
                "A"},
               {R"(a\ud83d)", "a", escape_flaw::lone_high, "a\xed\xa0\xbd"}};
  for (const auto& row : table) {
    std::string strictly, leniently, bytewise;
    EXPECT_EQ(append_strictly_unescaped(strictly, row.inner), row.flaw) << row.inner;
    EXPECT_EQ(strictly, row.strictly) << row.inner;
    EXPECT_TRUE(append_unescaped(leniently, '"' + std::string{row.inner} + '"')) << row.inner;
    EXPECT_EQ(leniently, row.leniently) << row.inner;
    unescaped_bytes bytes(row.inner);
    for (char c{}; bytes.next(c);) bytewise += c;
    EXPECT_EQ(bytewise, row.leniently) << row.inner;
  }
}

TEST(JsonUnescape, RefusesEscapesThatJsonDoesNotKnow) {
  const struct {
    std::string_view inner;
    escape_flaw flaw;
  } table[] = {{R"(a\)", escape_flaw::cut_off},
               {R"(a\x41)", escape_flaw::unknown},
               {R"(a\u12g4)", escape_flaw::bad_digits},
               {R"(a\u-123)", escape_flaw::bad_digits},
               {R"(a\u12)", escape_flaw::bad_digits}};
  for (const auto& row : table) {
    std::string to;
    EXPECT_EQ(append_strictly_unescaped(to, row.inner), row.flaw) << row.inner;
    EXPECT_FALSE(to_string(row.flaw).empty());
    EXPECT_FALSE(append_unescaped(to, '"' + std::string{row.inner} + '"')) << row.inner;
    unescaped_bytes bytes(row.inner);
    char c{};
    EXPECT_TRUE(bytes.next(c));
    EXPECT_FALSE(bytes.next(c));
    EXPECT_TRUE(bytes.malformed());
  }
}

TEST(JsonUnescape, SaysWhatAStringTokenSays) {
  EXPECT_TRUE(string_token_says(R"("a\/b")", "a/b"));
  EXPECT_TRUE(string_token_says(R"("")", ""));
  EXPECT_FALSE(string_token_says(R"("a")", "ab"));
  EXPECT_FALSE(string_token_says(R"("\u0061b")", "a"));
  EXPECT_FALSE(string_token_says(R"("a\q")", "a"));
  EXPECT_FALSE(string_token_says("a", "a"));
  EXPECT_FALSE(string_token_says("\"", ""));
}

TEST(JsonUnescape, CountsCharactersOfAStringNotItsBytes) {
  EXPECT_EQ(count_string_characters(R"("")"), 0u);
  EXPECT_EQ(count_string_characters("\"\xc3\xa9\xf0\x9f\x98\x80z\""), 3u);
  EXPECT_EQ(count_string_characters(R"("a\n\u0001\\b")"), 5u);
}

}  // namespace
}  // namespace pawl
