#include "engine/input/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::input {
namespace {

TEST(Text, FindsNulAndNonAsciiAtEveryPlace) {
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

TEST(Text, ShowsControlCharactersAndCutsLongText) {
  EXPECT_EQ(shown("a\n\t\x1b[31m\x7f"), "\"a\\n\\t\\x1b[31m\\x7f\"");
  EXPECT_EQ(shown(std::string(60, 'x')), '"' + std::string(60, 'x') + '"');
  EXPECT_EQ(shown(std::string(61, 'x')), '"' + std::string(60, 'x') + "...\"");
}

}  // namespace
}  // namespace pawl::input
