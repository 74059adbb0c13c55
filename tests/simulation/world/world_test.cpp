#include "tests/simulation/world/world.hpp"

#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::simulation {
namespace {

using namespace std::chrono_literals;

TEST(World, EventsHappenInTheirOrder) {
  world w(1);
  std::string happened;
  w.at(2s, [&] { happened += 'c'; });
  w.at(1s, [&] {
    happened += 'a';
    w.after(0s, [&] { happened += 'b'; });
  });
  w.at(2s, [&] { happened += 'd'; });
  while (w.go_on()) {
  }
  EXPECT_EQ(happened, "abcd");
  EXPECT_EQ(w.passed(), 2s);
}

TEST(World, ATimerOfTheProgramEndsAWait) {
  world w(1);
  w.at(2s, [] {});
  w.program_waits_until(1s);
  EXPECT_TRUE(w.go_on());
  EXPECT_EQ(w.passed(), 1s);
}

TEST(World, StandsStillWhileItsProgramIsDead) {
  world w(1);
  bool happened = false;
  w.at(1s, [&] { happened = true; });
  w.die();
  w.program_waits_until(5s);
  EXPECT_TRUE(w.go_on());
  EXPECT_EQ(w.passed(), 5s) << "a dead program sees its own time";
  EXPECT_FALSE(happened);
  EXPECT_FALSE(w.go_on());
  w.revive();
  EXPECT_EQ(w.passed(), 0s);
  EXPECT_TRUE(w.go_on());
  EXPECT_TRUE(happened);
}

TEST(World, ARebootBeginsTheClocksOfItsHostAgain) {
  world w(1);
  w.wait(1h);
  const auto before = clock::now();
  const auto wall = wall_now();
  const auto boot = w.boot();
  w.reboot(2min);
  EXPECT_LT(clock::now(), before);
  EXPECT_EQ(wall_now() - wall, 2min);
  EXPECT_NE(w.boot(), boot);
}

TEST(World, TheSameSeedHasTheSameDice) {
  const auto drawn = [](std::uint64_t seed) {
    world w(seed);
    return std::vector{w.turns(), w.network(), w.disk(), w.program()};
  };
  EXPECT_EQ(drawn(7), drawn(7));
  EXPECT_NE(drawn(7), drawn(8));
}

}  // namespace
}  // namespace pawl::simulation
