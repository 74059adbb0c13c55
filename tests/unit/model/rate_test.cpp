#include "engine/model/rate.hpp"

#include <gtest/gtest.h>

namespace pawl {
namespace {

using namespace std::chrono_literals;

TEST(Rate, WindowsReadAsTheRateFlagTakesThem) {
  EXPECT_EQ(to_string(rate_window{60, 60s}), "60/min");
  EXPECT_EQ(to_string(rate_window{20, 10s}), "20/10s");
  EXPECT_EQ(to_string(rate_window{50, 1s}), "50/s");
  EXPECT_EQ(to_string(rate_window{5, 250ms}), "5/250ms");
  EXPECT_EQ(to_string(rate_window{100, 1h}), "100/h");
}

}  // namespace
}  // namespace pawl
