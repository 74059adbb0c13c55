// Several addresses of one name: the first that connects wins, and a dead one costs a quarter of a second.
#include "engine/http/address_race.hpp"

#include "tests/support/scripted/scripted_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::scripted_server;
using testing::server_options;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

tcp::endpoint at(const char* address, std::uint16_t port) {
  return {asio::ip::make_address(address), port};
}

TEST(FamiliesInTurn, BeginWithTheFirstAndKeepTheOrderWithin) {
  const auto a = at("::1", 1), b = at("::2", 1), c = at("::3", 1);
  const auto x = at("127.0.0.1", 1), y = at("127.0.0.2", 1);
  using list = std::vector<tcp::endpoint>;
  EXPECT_EQ(families_in_turn(list{a, b, c, x, y}), (list{a, x, b, y, c}));
  EXPECT_EQ(families_in_turn(list{x, a, b, c}), (list{x, a, b, c}));
  EXPECT_EQ(families_in_turn(list{x, y}), (list{x, y}));
  EXPECT_EQ(families_in_turn(list{a}), (list{a}));
}

// A server that takes no connections any more: they hang.
class dead_server {
 public:
  explicit dead_server(std::uint16_t port = 0) : server_(options(port)) { server_.fill_backlog(); }
  std::uint16_t port() const { return server_.port(); }

 private:
  static server_options options(std::uint16_t port) {
    server_options o;
    o.tls = false;
    o.never_accept = true;
    o.port = port;
    return o;
  }
  scripted_server server_;
};

server_options alive(const char* address) {
  server_options o;
  o.tls = false;
  o.address = address;
  return o;
}

struct finish {
  std::optional<tcp::endpoint> connected;
  address_race::defeat last;
  std::chrono::nanoseconds took{};  // load only lengthens it: good for what it must be at least
  bool was_cancelled = false;
  std::size_t place = 0;  // 0: ended before the others
};

// All at the same time and on one thread, begun in this order.
std::vector<finish> races(const std::vector<std::vector<tcp::endpoint>>& all,
                          std::optional<std::chrono::milliseconds> cancelled_after = {}) {
  asio::io_context io;
  std::vector<finish> out(all.size());
  std::vector<std::unique_ptr<address_race>> running;
  std::size_t ended = 0;
  asio::steady_timer stop(io);
  const auto began = steady::now();
  for (const auto& endpoints : all) {
    auto& one = *running.emplace_back(std::make_unique<address_race>(io, endpoints));
    auto& f = out[running.size() - 1];
    asio::co_spawn(io, one.run(), [&](const std::exception_ptr& error) {
      EXPECT_FALSE(error);
      f.took = steady::now() - began;
      f.place = ended++;
      if (ended == out.size()) stop.cancel();
    });
  }
  if (cancelled_after) {
    stop.expires_after(*cancelled_after);
    stop.async_wait([&](const boost::system::error_code& error) {
      if (error || ended == out.size()) return;
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].was_cancelled = true;
        running[i]->cancel();
      }
    });
  }
  io.run();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (auto won = running[i]->take()) out[i].connected = won->remote_endpoint();
    out[i].last = running[i]->last();
  }
  return out;
}

finish race(std::vector<tcp::endpoint> endpoints,
            std::optional<std::chrono::milliseconds> cancelled_after = {}) {
  return races({std::move(endpoints)}, cancelled_after).front();
}

// "At once" is said without a clock: before a race that began earlier, and whose first address is dead, is
// through with the head start of that address. Both ask the kernel as often on their way, so a machine that
// stalls for longer than the head start finds both answered, the earlier question first.
class AtOnce : public ::testing::Test {
 protected:
  finish race_beside_a_dead_one(std::vector<tcp::endpoint> endpoints) {
    const auto both = races({{at("127.0.0.1", dead_.port()), at("127.0.0.2", behind_.port())}, endpoints});
    EXPECT_EQ(both[0].connected, at("127.0.0.2", behind_.port()));
    EXPECT_EQ(both[1].place, 0u) << "it waited for the head start of an address that had answered";
    return both[1];
  }

 private:
  dead_server dead_;
  scripted_server behind_{alive("127.0.0.2")};
};

std::uint16_t closed_port() {
  const scripted_server gone(alive("127.0.0.1"));
  return gone.port();
}

// A broken race would sit out what the system allows a dead address (two minutes) and connect then.
constexpr std::chrono::seconds watchdog{60};

TEST_F(AtOnce, TheOnlyAddressConnects) {
  const scripted_server server(alive("127.0.0.1"));
  const auto f = race_beside_a_dead_one({at("127.0.0.1", server.port())});
  EXPECT_EQ(f.connected, at("127.0.0.1", server.port()));
}

TEST_F(AtOnce, OneThatRefusesIsFollowed) {
  const auto closed = closed_port();
  const scripted_server server(alive("127.0.0.3"));
  const auto f = race_beside_a_dead_one({at("127.0.0.1", closed), at("127.0.0.3", server.port())});
  EXPECT_EQ(f.connected, at("127.0.0.3", server.port()));
}

TEST_F(AtOnce, ARaceEndsInWhichAllRefuse) {
  const auto closed = closed_port();
  const auto none = race_beside_a_dead_one({at("127.0.0.1", closed), at("127.0.0.1", closed)});
  EXPECT_FALSE(none.connected);
  EXPECT_EQ(none.last.why, asio::error::connection_refused);
  EXPECT_EQ(none.last.tried, 2u);
}

TEST(AddressRace, RefusalsAreFollowedToTheLastAddress) {
  const auto closed = closed_port();
  const scripted_server server(alive("127.0.0.2"));
  const auto f = race({at("127.0.0.1", closed), at("127.0.0.1", closed), at("127.0.0.2", server.port())});
  EXPECT_EQ(f.connected, at("127.0.0.2", server.port()));
}

TEST(AddressRace, ADeadFirstAddressCostsAQuarterOfASecond) {
  const dead_server dead;
  const scripted_server server(alive("127.0.0.2"));
  const auto f = race({at("127.0.0.1", dead.port()), at("127.0.0.2", server.port())}, watchdog);
  EXPECT_EQ(f.connected, at("127.0.0.2", server.port()));
  EXPECT_GE(f.took, 250ms);
}

TEST(AddressRace, EachFurtherDeadOneCostsAsMuch) {
  const dead_server dead;
  const scripted_server server(alive("127.0.0.2"));
  const auto f = race(
      {at("127.0.0.1", dead.port()), at("127.0.0.1", dead.port()), at("127.0.0.2", server.port())}, watchdog);
  EXPECT_EQ(f.connected, at("127.0.0.2", server.port()));
  EXPECT_GE(f.took, 500ms);
}

// The last one refused: those before it may still answer.
TEST(AddressRace, ASlowFirstAddressIsNotGivenUpForARefusal) {
  const auto closed = closed_port();
  const dead_server dead;
  const auto f = race({at("127.0.0.1", dead.port()), at("127.0.0.1", closed)}, 700ms);
  EXPECT_FALSE(f.connected);
  EXPECT_TRUE(f.was_cancelled) << "it ended by itself";
}

// Were it not, it would end when the system gives the address up, with that error.
TEST(AddressRace, IsCancelledWhileItWaits) {
  const dead_server dead;
  const auto f = race({at("127.0.0.1", dead.port())}, 50ms);
  EXPECT_FALSE(f.connected);
  EXPECT_FALSE(f.last.why);
  EXPECT_TRUE(f.was_cancelled);
}

TEST(AddressRace, CanBeLeftInTheMiddle) {
  const dead_server dead;
  asio::io_context io;
  {
    address_race all(io, {at("127.0.0.1", dead.port()), at("127.0.0.1", dead.port())});
    asio::co_spawn(io, all.run(), [](const std::exception_ptr&) {});
    io.run_for(300ms);
    all.cancel();
    io.run_for(50ms);
  }
  io.run_for(50ms);
}

}  // namespace
}  // namespace pawl::http
