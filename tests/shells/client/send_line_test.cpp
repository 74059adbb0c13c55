#include "engine/client/send_line.hpp"

#include "engine/sys/clock.hpp"
#include "tests/shells/support/stage.hpp"

#include <gtest/gtest.h>

#include <list>
#include <string>
#include <vector>

namespace pawl::client {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::stage;

// A line under a limit of two requests per ten seconds, and places in it.
struct line_stage : stage {
  policy::pacer_options options = two_per_ten_seconds();
  policy::pacer pacer{options, {}, clock::now(), {}};
  send_line line{io, pacer};
  std::list<send_line::place> places;
  std::vector<std::string> said;
  const time_point begin = clock::now();

  line_stage() { start(line.run()); }

  static policy::pacer_options two_per_ten_seconds() {
    policy::pacer_options o;
    o.windows = {{2, 10s}};
    return o;
  }
  send_line::place& place() { return places.emplace_back(io); }
  std::string at() const {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begin).count());
  }

  // Takes the two steps to a slot, says when each came, sends, and closes after `reply_takes`.
  asio::awaitable<void> request(std::string name, duration reply_takes = 100ms) {
    auto& mine = place();
    const bool near = co_await line.near_due(mine);
    said.push_back(name + (near ? " near " : " cancelled ") + at());
    if (!near) co_return;
    const auto answer = co_await line.grant(mine);
    const auto* word = answer == send_line::answer::granted   ? " granted "
                       : answer == send_line::answer::delayed ? " delayed "
                                                              : " cancelled ";
    said.push_back(name + word + at());
    if (answer != send_line::answer::granted) co_return;
    line.sent(mine, clock::now());
    async::wakeup alarm(io);
    const auto until = clock::now() + reply_takes;
    while (clock::now() < until) co_await alarm.sleep(until);
    line.closed(mine, clock::now(), {}, 0);
  }
  void end() {
    line.cancel_all();
    run_to_the_end();
  }
};

using said = std::vector<std::string>;

TEST(SendLine, GrantsInTheOrderOfJoiningAndAConnectionIsFetchedHalfASecondBefore) {
  line_stage s;
  for (const auto* name : {"a", "b", "c"}) s.start(s.request(name));
  s.run_until([&] { return s.said.size() == 6; });
  EXPECT_EQ(s.said,
            (said{"a near 0", "a granted 0", "b near 0", "b granted 0", "c near 9600", "c granted 10100"}));
  s.end();
}

TEST(SendLine, ASlotThatIsGivenBackGoesToTheNextAtOnce) {
  line_stage s;
  auto& first = s.place();
  auto& second = s.place();
  ASSERT_TRUE(s.line.try_grant(first, clock::now()));
  ASSERT_TRUE(s.line.try_grant(second, clock::now()));
  s.start(s.request("c"));
  s.run_until([&] { return s.pacer.waiting() == 1; });
  EXPECT_TRUE(send_line::holds_slot(first));
  s.line.give_back(first, clock::now());
  EXPECT_FALSE(send_line::holds_slot(first));
  // c waits until half a second before it is due by what it knew; who leaves tells it to look again.
  s.line.leave(first);
  s.run_until([&] { return s.said.size() == 2; });
  EXPECT_EQ(s.said.back().substr(0, 9), "c granted");
  s.end();
}

TEST(SendLine, GivingBackOrClosingWithoutASlotDoesNothing) {
  line_stage s;
  auto& place = s.place();
  s.line.give_back(place, clock::now());
  s.line.closed(place, clock::now(), {}, 0);
  EXPECT_EQ(s.pacer.in_flight(), 0u);
  ASSERT_TRUE(s.line.try_grant(place, clock::now()));
  s.line.sent(place, clock::now());
  s.line.closed(place, clock::now(), {}, 0);
  s.line.closed(place, clock::now(), {}, 0);
  EXPECT_EQ(s.pacer.in_flight(), 0u);
  s.end();
}

// A cancellation at each point of the way: everybody ends, and nobody is left in the line.
TEST(SendLine, EndsEveryWaitWhereverItIsCancelled) {
  std::size_t whole = 0;
  {
    line_stage s;
    for (const auto* name : {"a", "b", "c", "d", "e"}) s.start(s.request(name));
    s.run_until([&] { return s.going_on() == 1; });  // the pump
    whole = s.steps();
    s.end();
  }
  ASSERT_GT(whole, 20u);
  for (std::size_t n = 0; n <= whole; ++n) {
    SCOPED_TRACE(n);
    line_stage s;
    for (const auto* name : {"a", "b", "c", "d", "e"}) s.start(s.request(name));
    s.run_until([&] { return s.steps() >= n; });
    s.end();
    EXPECT_EQ(s.pacer.waiting(), 0u);
    EXPECT_EQ(s.pacer.in_flight(), 0u);
  }
}

}  // namespace
}  // namespace pawl::client
