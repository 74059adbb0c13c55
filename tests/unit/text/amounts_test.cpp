#include "engine/text/amounts.hpp"

#include <gtest/gtest.h>

namespace pawl {
namespace {

using namespace std::chrono_literals;

TEST(Amounts, GroupDigitsByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(10'000'000), "10,000,000");
}

TEST(Amounts, DurationsAreRoundedUpToTwoUnits) {
  struct {
    std::chrono::nanoseconds d;
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

}  // namespace
}  // namespace pawl
