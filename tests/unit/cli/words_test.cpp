#include "cli/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

using namespace std::chrono_literals;

TEST(Words, GroupDigitsByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(10'000'000), "10,000,000");
}

TEST(Words, DurationsAreRoundedUpToTwoUnits) {
  struct {
    duration d;
    const char* text;
  } table[]{{-5s, "0 s"},
            {0s, "0 s"},
            {1ms, "1 s"},
            {18s, "18 s"},
            {59001ms, "1 min 00 s"},
            {245s, "4 min 05 s"},
            {3599500ms, "1 h 00 min"},
            {10020s, "2 h 47 min"},
            {24h, "1 d 0 h"},
            {49h + 1min, "2 d 2 h"}};
  for (const auto& row : table) EXPECT_EQ(in_words(row.d), row.text);
}

TEST(Words, WindowsReadAsTheRateFlagTakesThem) {
  EXPECT_EQ(in_words(api::rate_window{60, 60s}), "60/min");
  EXPECT_EQ(in_words(api::rate_window{20, 10s}), "20/10s");
  EXPECT_EQ(in_words(api::rate_window{50, 1s}), "50/s");
  EXPECT_EQ(in_words(api::rate_window{5, 250ms}), "5/250ms");
}

TEST(Words, TimesAreUtc) {
  const wall_time t{std::chrono::microseconds{1'767'323'045'678'901}};
  EXPECT_EQ(rfc3339(t), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(date_and_time(t), "2026-01-02 03:04:05 UTC");
}

TEST(Printable, MakesControlsOverridesAndBrokenUtf8Visible) {
  struct {
    std::string_view in, out;
  } table[]{{"plain \xc3\xbc \xf0\x9f\xa6\x80", "plain \xc3\xbc \xf0\x9f\xa6\x80"},
            {"a\nb\r\tc", "a\\nb\\r\\tc"},
            {"\x1b[2J", "\\x1b[2J"},
            {std::string_view{"nul\0.", 5}, "nul\\x00."},
            {"\xc2\x9b", "\\u009b"},  // C1: a terminal may read it as ESC [
            {"\xe2\x80\xae"
             "evil",
             "\\u202eevil"},
            {"caf\xe9", "caf\\xe9"},
            {"\xc0\xaf", "\\xc0\\xaf"},           // overlong
            {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // surrogate
            {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
            {"\xe2\x82", "\\xe2\\x82"}};  // cut off
  for (const auto& row : table) EXPECT_EQ(printable(row.in), row.out);
}

TEST(Printable, CutsLongTexts) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
}

TEST(Printable, LinesKeepTheirEnds) {
  EXPECT_EQ(printable_lines("a\nb\x1b"), "a\nb\\x1b");
}

TEST(JsonString, EscapesAndReplacesWhatIsNotUtf8) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01\xff\xc3\xa9");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001\xef\xbf\xbd\xc3\xa9\"");
}

TEST(Columns, CountCodePointsAndCutBetweenThem) {
  EXPECT_EQ(column_count("a\xe2\x80\xa6"
                         "b"),
            3u);
  EXPECT_EQ(first_columns("a\xe2\x80\xa6"
                          "b",
                          2),
            "a\xe2\x80\xa6");
  EXPECT_EQ(first_columns("ab", 5), "ab");
  EXPECT_EQ(first_columns("ab", 0), "");
}

}  // namespace
}  // namespace pawl::cli
