// Waiting for a moment of the wall clock: time is moved by hand.
#include "engine/app/waiting.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace pawl::app {
namespace {

using namespace std::chrono_literals;

const wall_time noon{std::chrono::hours{500'000}};

// A clock that moves when somebody sleeps; jumps are added after the sleep with that number.
struct hand_clock {
  wall_time now = noon;
  std::vector<duration> slept;
  std::size_t jump_after = 0;
  std::chrono::seconds jump{};
  std::size_t end_after = 0;  // the sleep after which somebody asks to stop; 0: never

  bool wait(wall_time due) {
    return wait_until(
        due, [this] { return now; },
        [this](duration most, duration left) {
          EXPECT_LE(most, left);
          slept.push_back(most);
          now += std::chrono::ceil<wall_time::duration>(most);
          if (slept.size() == jump_after) now += jump;
          return slept.size() != end_after;
        });
  }
};

TEST(Waiting, EndsWhenItIsDueAndNotBefore) {
  struct {
    std::chrono::milliseconds away;
    std::size_t sleeps;
  } const table[] = {{-1h, 0}, {0ms, 0}, {1ms, 1}, {1s, 1}, {1500ms, 2}, {15min, 900}};
  for (const auto& t : table) {
    hand_clock clock;
    EXPECT_TRUE(clock.wait(noon + t.away));
    EXPECT_GE(clock.now, noon + t.away);
    EXPECT_EQ(clock.slept.size(), t.sleeps) << t.away.count();
  }
}

TEST(Waiting, SeesAClockThatIsSet) {
  hand_clock forward{.slept = {}, .jump_after = 3, .jump = 1h};
  EXPECT_TRUE(forward.wait(noon + 10min));
  EXPECT_EQ(forward.slept.size(), 3u);
  hand_clock back{.slept = {}, .jump_after = 3, .jump = -5min};
  EXPECT_TRUE(back.wait(noon + 10s));
  EXPECT_EQ(back.slept.size(), 310u) << "never too early";
}

TEST(Waiting, EndsWhenSomebodyAsks) {
  hand_clock clock{.slept = {}, .end_after = 2};
  EXPECT_FALSE(clock.wait(noon + 1h));
  EXPECT_EQ(clock.slept.size(), 2u);
  stop_request stop;
  EXPECT_TRUE(sleeps(stop, 1ms));
  stop.ask(2);
  EXPECT_FALSE(sleeps(stop, 1h));
}

TEST(Waiting, ARowIsDueWhenItIsSoOld) {
  EXPECT_EQ(due_at(noon, 15min), noon + 15min);
  EXPECT_EQ(due_at(noon, 1ns), noon + 1us) << "rounded up";
}

}  // namespace
}  // namespace pawl::app
