#include "engine/async/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <list>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::async {
namespace {

namespace asio = boost::asio;

struct stage {
  asio::io_context io;
  std::list<wakeup> gates;  // one per task: a wakeup has one sleeper
  bool open = false;
  std::vector<std::string> said;

  // Ends after let_go().
  asio::awaitable<void> task(std::string name, bool fails = false) {
    auto& gate = gates.emplace_back(io);
    while (!open) co_await gate.sleep();
    said.push_back(name);
    if (fails) throw std::runtime_error(name);
  }

  // One round of what is ready.
  void turn() {
    io.restart();
    io.poll();
  }
  void let_go() {
    open = true;
    for (auto& gate : gates) gate.wake();
  }
};

TEST(TaskGroup, WaitsForAllOfThem) {
  stage s;
  task_group group(s.io);
  for (const auto* name : {"a", "b"}) group.start(s.task(name));
  bool joined = false;
  const auto wait = [&]() -> asio::awaitable<void> {
    co_await group.join();
    joined = true;
  };
  asio::co_spawn(s.io, wait(), [](const std::exception_ptr& e) { EXPECT_FALSE(e); });
  s.turn();
  EXPECT_EQ(group.size(), 2u);
  EXPECT_FALSE(joined);
  s.let_go();
  s.turn();
  EXPECT_EQ(group.size(), 0u);
  EXPECT_TRUE(joined);
  EXPECT_EQ(s.said, (std::vector<std::string>{"a", "b"}));
}

TEST(TaskGroup, TellsOfTheFirstFailureOnceAndTheOthersGoOn) {
  stage s;
  int told = 0;
  task_group group(s.io, [&told] { ++told; });
  group.start(s.task("first", true));
  group.start(s.task("second", true));
  group.start(s.task("third"));
  s.turn();
  EXPECT_FALSE(group.has_failed());
  s.let_go();
  std::string what;
  try {
    group.run_until_empty();
    group.rethrow();
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  EXPECT_EQ(what, "first");
  EXPECT_EQ(told, 1);
  EXPECT_EQ(s.said.size(), 3u);
}

TEST(TaskGroup, IsDoneAtOnceWhereNothingWasStarted) {
  stage s;
  task_group group(s.io);
  group.run_until_empty();
  EXPECT_EQ(group.size(), 0u);
}

TEST(TaskGroup, WakesWhoWaitsForAChangeWhenATaskEnds) {
  stage s;
  task_group group(s.io);
  group.start(s.task("a"));
  bool changed = false;
  const auto wait = [&]() -> asio::awaitable<void> {
    co_await group.change();
    changed = true;
  };
  asio::co_spawn(s.io, wait(), [](const std::exception_ptr& e) { EXPECT_FALSE(e); });
  s.turn();
  EXPECT_FALSE(changed);
  s.let_go();
  s.turn();
  EXPECT_TRUE(changed);
}

}  // namespace
}  // namespace pawl::async
