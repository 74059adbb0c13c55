// Several addresses of one name: the first that connects wins, and a dead one costs a quarter of a second.
#include "engine/http/address_race.hpp"

#include "tests/support/scripted/scripted_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <chrono>
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
  std::chrono::nanoseconds took{};
};

finish race(std::vector<tcp::endpoint> endpoints,
            std::optional<std::chrono::milliseconds> cancelled_after = {}) {
  asio::io_context io;
  address_race all(io, std::move(endpoints));
  finish f;
  const auto began = steady::now();
  asio::steady_timer stop(io);
  if (cancelled_after) {
    stop.expires_after(*cancelled_after);
    stop.async_wait([&](const boost::system::error_code& error) {
      if (!error) all.cancel();
    });
  }
  asio::co_spawn(io, all.run(), [&](const std::exception_ptr& error) {
    EXPECT_FALSE(error);
    f.took = steady::now() - began;
    stop.cancel();
  });
  io.run();
  if (auto won = all.take()) f.connected = won->remote_endpoint();
  f.last = all.last();
  return f;
}

TEST(AddressRace, TheOnlyAddressConnectsAtOnce) {
  const scripted_server server(alive("127.0.0.1"));
  const auto f = race({at("127.0.0.1", server.port())});
  EXPECT_EQ(f.connected, at("127.0.0.1", server.port()));
  EXPECT_LT(f.took, 200ms);
}

TEST(AddressRace, ADeadFirstAddressCostsAQuarterOfASecond) {
  const dead_server dead;
  const scripted_server server(alive("127.0.0.2"));
  const auto f = race({at("127.0.0.1", dead.port()), at("127.0.0.2", server.port())});
  EXPECT_EQ(f.connected, at("127.0.0.2", server.port()));
  EXPECT_GE(f.took, 250ms);
  EXPECT_LT(f.took, 2s);
}

TEST(AddressRace, EachFurtherDeadOneCostsAsMuch) {
  const dead_server dead;
  const scripted_server server(alive("127.0.0.2"));
  const auto f =
      race({at("127.0.0.1", dead.port()), at("127.0.0.1", dead.port()), at("127.0.0.2", server.port())});
  EXPECT_EQ(f.connected, at("127.0.0.2", server.port()));
  EXPECT_GE(f.took, 500ms);
}

TEST(AddressRace, OneThatRefusesIsFollowedAtOnce) {
  std::uint16_t closed = 0;
  {
    const scripted_server gone(alive("127.0.0.1"));
    closed = gone.port();
  }
  const scripted_server server(alive("127.0.0.2"));
  const auto f = race({at("127.0.0.1", closed), at("127.0.0.1", closed), at("127.0.0.2", server.port())});
  EXPECT_EQ(f.connected, at("127.0.0.2", server.port()));
  EXPECT_LT(f.took, 200ms);
  const auto none = race({at("127.0.0.1", closed), at("127.0.0.1", closed)});
  EXPECT_FALSE(none.connected);
  EXPECT_EQ(none.last.why, asio::error::connection_refused);
  EXPECT_EQ(none.last.tried, 2u);
  EXPECT_LT(none.took, 200ms);
}

// The last one refused: those before it may still answer.
TEST(AddressRace, ASlowFirstAddressIsNotGivenUpForARefusal) {
  std::uint16_t closed = 0;
  {
    const scripted_server gone(alive("127.0.0.1"));
    closed = gone.port();
  }
  const dead_server dead;
  const auto f = race({at("127.0.0.1", dead.port()), at("127.0.0.1", closed)}, 700ms);
  EXPECT_FALSE(f.connected);
  EXPECT_GE(f.took, 700ms);
}

TEST(AddressRace, IsCancelledWhileItWaits) {
  const dead_server dead;
  const auto f = race({at("127.0.0.1", dead.port())}, 50ms);
  EXPECT_FALSE(f.connected);
  EXPECT_FALSE(f.last.why);
  EXPECT_LT(f.took, 1s);
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
