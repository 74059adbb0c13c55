#include "engine/text/printable.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl {
namespace {

using namespace std::string_view_literals;

TEST(Printable, ShowsWhatWouldActOnATerminal) {
  const struct {
    std::string_view in, out;
  } table[] = {
      {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
      {"a\0b"sv, "a\\x00b"},
      {"\xc2\x9b"
       "2J",
       "\\u009b2J"},
      {"\xe2\x80\xae"
       "gnp",
       "\\u202egnp"},
      {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},
      {"a\nb\rc\td", "a\\nb\\rc\\td"},
      {"\x7f", "\\x7f"},
      {"\xff", "\\xff"},
      {"Größe €", "Größe €"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(printable(row.in), row.out);
    EXPECT_EQ(printable(printable(row.in)), row.out) << "what was shown once is not shown twice";
  }
}

TEST(Printable, KnowsWhatNobodySees) {
  const struct {
    std::string_view text;
    std::string_view name;
  } table[] = {
      {"thr_1\xc2\xa0", "U+00A0 (no-break space)"},
      {"thr\xe2\x80\x8b_2", "U+200B (zero-width space)"},
      {"\xef\xbb\xbfthr", "U+FEFF (byte order mark)"},
      {"so\xc2\xad"
       "ft",
       "U+00AD (soft hyphen)"},
      {"a\xe2\x81\xa0", "U+2060 (word joiner)"},
      {"a\xe3\x80\x80", "U+3000 (ideographic space)"},
      {"a\xe1\x9a\x80", "U+1680"},
      {"a\xf3\xa0\x80\xa1", "U+E0021"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(name_of(first_invisible(row.text)), row.name);
    EXPECT_EQ(first_invisible(without_invisible(row.text)), U'\0');
  }
  for (const auto* plain : {"thr_1", "two words", "Größe", "漢字", "😀", ""})
    EXPECT_EQ(first_invisible(plain), U'\0') << plain;
}

TEST(AppendPrintable, KeepsControlCharactersOutAndCodePointsWhole) {
  const auto printed = [](std::string_view text, std::size_t max) {
    std::string to;
    append_printable(to, text, max);
    return to;
  };
  EXPECT_EQ(printed("a\nb\x1b[31mc\x7f\xc2\x9b", 99), "a b\\x1b[31mc\\x7f\\u009b");
  EXPECT_EQ(printed("\xe2\x80\xaegnp", 99), "\\u202egnp");
  EXPECT_EQ(printed("ab\x1b", 5), "ab") << "no part of an escape";
  EXPECT_EQ(printed("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9");
  EXPECT_EQ(printed("\xf0\x9f\x98\x80", 3), "");
  EXPECT_EQ(printed("\xf0\x9f\x98\x80", 4), "\xf0\x9f\x98\x80");
  EXPECT_EQ(printed("a\xff\xed\xa0\x80", 99), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(printed(std::string_view{"a\0b", 3}, 99), "a\\x00b");
  EXPECT_EQ(printed("\xc2", 99), "\xef\xbf\xbd");
}

TEST(Shown, ShowsControlCharactersAndCutsLongText) {
  EXPECT_EQ(shown("a\n\t\x1b[31m\x7f"), "\"a\\n\\t\\x1b[31m\\x7f\"");
  EXPECT_EQ(shown(std::string(60, 'x')), '"' + std::string(60, 'x') + '"');
  EXPECT_EQ(shown(std::string(61, 'x')), '"' + std::string(60, 'x') + "...\"");
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

}  // namespace
}  // namespace pawl
