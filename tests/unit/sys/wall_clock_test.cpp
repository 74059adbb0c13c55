#include "engine/sys/wall_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace pawl {
namespace {

using namespace std::chrono_literals;

TEST(WallClock, ATimeToComeBackAtIsNeverEarly) {
  constexpr wall_time noon{std::chrono::hours{12}};
  constexpr time_point now{1h};
  EXPECT_EQ(time_of_day_at(now + 30min, now, noon), noon + 30min);
  EXPECT_EQ(time_of_day_at(now + 30min - 1ns, now, noon), noon + 30min);
  EXPECT_EQ(time_of_day_at(now + 30min + 1ns, now, noon), noon + 30min + 1s);
  EXPECT_EQ(time_of_day_at(now, now, noon + 1us), noon + 1s);
}

}  // namespace
}  // namespace pawl
