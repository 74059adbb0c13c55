#include "engine/http/ready_set.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pawl::http {
namespace {

namespace asio = boost::asio;
using change = socket_watch::change;

// Two ends of one stream; ours is non-blocking and watched.
struct pair {
  explicit pair(ready_set& set) : watch(set) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    EXPECT_EQ(::fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    EXPECT_FALSE(watch.enter(ends[0]));
  }
  ~pair() {
    watch.leave();
    for (const int fd : ends) {
      if (fd < 0) continue;
      EXPECT_EQ(::close(fd), 0);
    }
  }
  void send(std::string_view text) {
    EXPECT_EQ(::send(ends[1], text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void hang_up() {
    EXPECT_EQ(::close(ends[1]), 0);
    ends[1] = -1;
  }
  // What is there now: text, "nothing yet", or "end".
  std::string read() {
    std::array<char, 64> room;
    const auto n = ::recv(ends[0], room.data(), room.size(), 0);
    if (n < 0) return "nothing yet";
    return n == 0 ? "end" : std::string(room.data(), static_cast<std::size_t>(n));
  }
  // Until the kernel takes no more.
  void fill() {
    const std::string much(4096, 'x');
    while (::send(ends[0], much.data(), much.size(), MSG_NOSIGNAL) > 0) continue;
  }

  std::array<int, 2> ends{-1, -1};
  socket_watch watch;
};

// Waits `times` times, and writes down what it found after each.
asio::awaitable<void> listen(pair& p, int times, std::vector<std::string>& heard) {
  for (int i = 0; i < times; ++i) {
    auto event = p.watch.wait(change::readable);
    co_await std::move(event);
    heard.push_back(p.read());
  }
}

struct ReadySet : ::testing::Test {
  void start(pair& p, int times) { asio::co_spawn(io, listen(p, times, heard), asio::detached); }
  // Until nothing is ready: with a wait under way there is work left, without one there is none.
  void settle() {
    io.restart();
    while (io.poll() != 0) continue;
  }

  asio::io_context io;
  ready_set set{io};
  std::vector<std::string> heard;
};

TEST_F(ReadySet, TellsWhatComesWhileSomebodyWaits) {
  pair p(set);
  start(p, 2);
  settle();
  EXPECT_TRUE(heard.empty());
  EXPECT_FALSE(io.stopped());
  p.send("one");
  settle();
  EXPECT_EQ(heard, std::vector<std::string>{"one"});
  p.hang_up();
  settle();
  EXPECT_EQ(heard, (std::vector<std::string>{"one", "end"}));
  EXPECT_TRUE(io.stopped());  // nobody waits: nothing keeps the context
}

TEST_F(ReadySet, RemembersWhatComesWhileNobodyWaits) {
  pair p(set), other(set);
  start(other, 1);
  settle();
  p.send("early");
  settle();  // the other's wait is what collects it
  start(p, 1);
  settle();
  EXPECT_EQ(heard, std::vector<std::string>{"early"});
  other.send("late");
  settle();
  EXPECT_EQ(heard, (std::vector<std::string>{"early", "late"}));
}

TEST_F(ReadySet, TellsWhatCameBeforeAnybodyEverWaited) {
  pair p(set);
  p.send("first");
  start(p, 1);
  settle();
  EXPECT_EQ(heard, std::vector<std::string>{"first"});
}

TEST_F(ReadySet, AWaitCanBeEnded) {
  pair p(set);
  start(p, 1);
  settle();
  p.watch.wake();
  EXPECT_TRUE(heard.empty());  // not from within the call
  settle();
  EXPECT_EQ(heard, std::vector<std::string>{"nothing yet"});
  EXPECT_TRUE(io.stopped());
  p.watch.wake();  // nobody waits: nothing happens, and the next wait does not end for it
  start(p, 1);
  settle();
  EXPECT_EQ(heard.size(), 1u);
  p.send("x");
  settle();
  EXPECT_EQ(heard.back(), "x");
}

// The coroutine is destroyed where it waits, and what it holds with it.
TEST_F(ReadySet, AWaitCanBeAbandoned) {
  auto held = std::make_shared<pair>(set);
  const std::weak_ptr<pair> there(held);
  asio::co_spawn(
      io,
      [](std::shared_ptr<pair> mine) -> asio::awaitable<void> {
        auto event = mine->watch.wait(change::readable);
        co_await std::move(event);
        ADD_FAILURE() << "nobody told it to go on";
      }(std::move(held)),
      asio::detached);
  settle();
  ASSERT_FALSE(there.expired());
  {
    auto* watch = &there.lock()->watch;
    const auto waiter = watch->abandon();
    EXPECT_TRUE(waiter);
  }
  settle();  // Asio unwinds coroutines from the io_context
  EXPECT_TRUE(there.expired());
  EXPECT_TRUE(io.stopped());
}

TEST_F(ReadySet, TellsWhenThereIsRoomAgain) {
  pair p(set);
  p.fill();
  bool over = false;
  asio::co_spawn(
      io,
      [](pair& from, bool& done) -> asio::awaitable<void> {
        auto event = from.watch.wait(change::readable_or_writable);
        co_await std::move(event);
        done = true;
      }(p, over),
      asio::detached);
  settle();
  EXPECT_FALSE(over);
  std::vector<char> room(1 << 20);
  EXPECT_GT(::recv(p.ends[1], room.data(), room.size(), 0), 0);
  settle();
  EXPECT_TRUE(over);
  // From then on it is only what can be read that counts again.
  start(p, 1);
  settle();
  EXPECT_TRUE(heard.empty());
  p.send("y");
  settle();
  EXPECT_EQ(heard, std::vector<std::string>{"y"});
}

// One look tells of both; the first takes the second away before its turn.
TEST_F(ReadySet, ASocketMayLeaveWhileItsTurnIsDue) {
  pair first(set);
  auto second = std::make_unique<pair>(set);
  const auto take_away = [](pair& mine, std::unique_ptr<pair>& other) -> asio::awaitable<void> {
    auto event = mine.watch.wait(change::readable);
    co_await std::move(event);
    other.reset();
  };
  asio::co_spawn(io, take_away(first, second), asio::detached);
  settle();
  first.send("x");
  second->send("y");
  settle();
  EXPECT_FALSE(second);
  EXPECT_TRUE(io.stopped());
}

// Each text that is read brings another one, so that there is always something: others on the thread have
// their turn all the same.
TEST_F(ReadySet, OthersHaveTheirTurnHoweverMuchComes) {
  constexpr int sockets = 8, texts = 1000;
  std::vector<std::unique_ptr<pair>> pairs;
  const auto echo = [this](pair& p) -> asio::awaitable<void> {
    for (int i = 0; i < texts; ++i) {
      auto event = p.watch.wait(change::readable);
      co_await std::move(event);
      heard.push_back(p.read());
      p.send("more");
    }
  };
  for (int i = 0; i < sockets; ++i) {
    auto& p = *pairs.emplace_back(std::make_unique<pair>(set));
    asio::co_spawn(io, echo(p), asio::detached);
  }
  settle();
  for (auto& p : pairs) p->send("first");
  std::vector<std::size_t> turns;  // texts heard at each
  std::function<void()> other = [&] {
    turns.push_back(heard.size());
    if (heard.size() < std::size_t{sockets * texts}) asio::post(io, other);
  };
  asio::post(io, other);
  io.restart();
  io.run();
  EXPECT_EQ(heard.size(), std::size_t{sockets * texts});
  std::size_t longest = 0;
  for (std::size_t i = 1; i < turns.size(); ++i) longest = std::max(longest, turns[i] - turns[i - 1]);
  EXPECT_LE(longest, 8u * sockets);
}

TEST_F(ReadySet, ManySocketsAtOnce) {
  std::vector<std::unique_ptr<pair>> pairs;
  for (int i = 0; i < 300; ++i) start(*pairs.emplace_back(std::make_unique<pair>(set)), 1);
  settle();
  for (auto& p : pairs) p->send("z");
  settle();
  EXPECT_EQ(heard.size(), 300u);
}

}  // namespace
}  // namespace pawl::http
