#include "engine/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace pawl {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, DecodesWhatItEncodesAndNothingElse) {
  for (const char32_t point : {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xd7ff', U'\xe000',
                               U'\xffff', U'\x10000', U'\x10ffff'}) {
    std::string text;
    append_utf8(text, point);
    const auto c = first_code_point(text + "x");
    EXPECT_EQ(c.value, point);
    EXPECT_EQ(c.bytes, text.size());
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_EQ(first_malformed("a" + text), std::nullopt);
    text.pop_back();
    if (text.empty()) continue;
    EXPECT_EQ(first_code_point(text).bytes, 0u) << "cut off";
    EXPECT_EQ(first_malformed("a" + text), 1u);
  }
  for (const auto bad :
       {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xe0\x9f\xbf"sv, "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv,
        "\xf0\x8f\xbf\xbf"sv, "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xff"sv, "\xc3\x28"sv})
    EXPECT_EQ(first_code_point(bad).bytes, 0u);
}

TEST(Utf8, CountsAndCutsBetweenCodePoints) {
  constexpr auto text = "a\xe2\x80\xa6\xf0\x9f\x98\x80z"sv;
  EXPECT_EQ(count_code_points(text), 4u);
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(first_code_points(text, 2), text.substr(0, 4));
  EXPECT_EQ(first_code_points(text, 9), text);
  EXPECT_EQ(first_code_points(text, 0), "");
  const std::pair<std::size_t, std::size_t> cuts[] = {{0, 0}, {1, 1}, {2, 1}, {3, 1}, {4, 4},
                                                      {7, 4}, {8, 8}, {9, 9}, {99, 9}};
  for (const auto& [most, size] : cuts) EXPECT_EQ(first_bytes(text, most), text.substr(0, size)) << most;
}

TEST(Utf8, FindsNulAndNonAsciiAtEveryPlace) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string plain(size, 'x');
    EXPECT_FALSE(take_census(plain).has_nul);
    EXPECT_FALSE(take_census(plain).has_non_ascii);
    for (std::size_t at = 0; at < size; ++at) {
      auto text = plain;
      text[at] = '\0';
      EXPECT_TRUE(take_census(text).has_nul) << size << ' ' << at;
      EXPECT_FALSE(take_census(text).has_non_ascii) << size << ' ' << at;
      text[at] = '\x80';
      EXPECT_FALSE(take_census(text).has_nul) << size << ' ' << at;
      EXPECT_TRUE(take_census(text).has_non_ascii) << size << ' ' << at;
    }
  }
}

TEST(PlainUtf8, IsToldFromOtherBytes) {
  using namespace std::string_view_literals;
  for (const auto good : {""sv, "plain"sv, "\u00e9\u20ac\U0001f600"sv, "\u007f\u0080\u07ff\u0800\uffff"sv})
    EXPECT_TRUE(is_plain_utf8(good)) << good;
  for (const auto bad : {"a\0b"sv, "\xff"sv, "\xc3"sv, "\xc0\x80"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv,
                         "\xf4\x90\x80\x80"sv, "\xf0\x9f\x98"sv, "\x80"sv})
    EXPECT_FALSE(is_plain_utf8(bad));
  EXPECT_EQ(as_plain_utf8("M\xfcller \u20ac"), "M\ufffdller \u20ac");
  EXPECT_EQ(as_plain_utf8("a\0b"sv),
            "a\ufffd"
            "b");
}

TEST(Utf8, CountsColumnsAndCutsBetweenThem) {
  EXPECT_EQ(count_code_points("a\xe2\x80\xa6"
                              "b"),
            3u);
  EXPECT_EQ(first_code_points("a\xe2\x80\xa6"
                              "b",
                              2),
            "a\xe2\x80\xa6");
  EXPECT_EQ(first_code_points("ab", 5), "ab");
  EXPECT_EQ(first_code_points("ab", 0), "");
}

}  // namespace
}  // namespace pawl
