// Every phase and fault of an attempt: what is known decides what may be sent again, so each is pinned.
#include "engine/sys/clock.hpp"
#include "tests/integration/http/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace pawl::http {
namespace {

using testing::scripted_server;
using testing::server_options;
using namespace std::chrono_literals;

void shorten(transport_options& t) {
  t.connect_timeout = t.handshake_timeout = t.attempt_timeout = 100ms;
}

TEST(ConnectFault, RefusedConnectionsAreNotSent) {
  std::uint16_t port = 0;
  {
    scripted_server gone;
    port = gone.port();
  }
  scripted_server server;
  client c(server, [&](transport_options& t) { t.target.port = port; });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::connect);
  EXPECT_EQ(fact.detail, "127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(ConnectFault, UnknownNamesAreNotSent) {
  scripted_server server;
  // RFC 6761: .invalid never resolves.
  client c(server, [&](transport_options& t) { t.target = *parse_endpoint("https://pawl.invalid", false); });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::resolve);
  EXPECT_EQ(fact.detail.rfind("pawl.invalid: ", 0), 0u) << fact.detail;
}

TEST(ConnectFault, FullBacklogsRunIntoTheConnectTimeout) {
  server_options o;
  o.never_accept = true;
  scripted_server server(o);
  server.fill_backlog();
  client c(server, shorten);
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::connect);
  EXPECT_NE(fact.detail.find("no answer in time"), std::string::npos) << fact.detail;
}

TEST(ConnectFault, SilentServersRunIntoTheHandshakeTimeout) {
  server_options o;
  o.never_accept = true;
  scripted_server server(o);
  client c(server, shorten);
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::handshake);
  EXPECT_EQ(fact.detail, "not finished in 100 ms");
}

TEST(ConnectFault, ServersThatHangUpOrSpeakAnotherProtocolFailTheHandshake) {
  for (const bool hang_up : {true, false}) {
    server_options o;
    o.refuse_after_accept = hang_up;
    if (!hang_up) o.plain_greeting = "220 smtp.example ready\r\n";
    scripted_server server(o);
    client c(server);
    const auto fact = c.send("/x");
    EXPECT_EQ(fact.reached, phase::not_sent);
    EXPECT_EQ(fact.fault, transport_fault::handshake) << to_string(fact.fault);
    EXPECT_FALSE(fact.detail.empty());
  }
}

// The first address of the name has nobody: the second answers. (localhost is ::1 first, then 127.0.0.1.)
TEST(Connect, TriesAllAddressesOfAName) {
  scripted_server server;
  server.when("/x").reply(200);
  client c(server, [&](transport_options& t) {
    t.target = *parse_endpoint("https://localhost:" + std::to_string(server.port()), false);
  });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.status, 200) << fact.detail;
  ASSERT_EQ(server.server_names().size(), 1u);
  EXPECT_EQ(server.server_names()[0], "localhost");
}

TEST(AttemptDeadline, IsTheEarlierOfTheCallersAndTheOption) {
  scripted_server server;
  server.when("/x").raw("").and_stall();
  client c(server);
  const auto start = clock::now();
  c.run([&]() -> boost::asio::awaitable<void> {
    auto got = co_await c.pool().acquire(freshness::any);
    const auto request = request_text("/x");
    const auto fact = co_await got.connection.exchange(request, clock::now() + 50ms);
    EXPECT_EQ(fact.fault, transport_fault::timeout);
    EXPECT_EQ(fact.reached, phase::maybe_applied);
    const auto again = co_await got.connection.exchange(request, time_point::max());
    EXPECT_EQ(again.reached, phase::not_sent);
    EXPECT_EQ(again.fault, transport_fault::closed);
  });
  EXPECT_LT(clock::now() - start, 5s);
}

TEST(Cancellation, EndsOperationsUnderWayAndTheNextOfEachLease) {
  scripted_server server;
  server.when("/x").raw("").and_stall();
  server_options mute;
  mute.never_accept = true;
  scripted_server silent(mute);
  client c(server), d(silent);
  for (auto* user : {&c, &d}) {
    user->run([&]() -> boost::asio::awaitable<void> {
      const auto executor = co_await boost::asio::this_coro::executor;
      boost::asio::steady_timer soon(executor, 30ms);
      soon.async_wait([&](boost::system::error_code) { user->pool().cancel_all(); });
      const auto fact = co_await user->attempt(request_text("/x"));
      EXPECT_EQ(fact.fault, transport_fault::cancelled);
      EXPECT_EQ(fact.reached, user == &c ? phase::maybe_applied : phase::not_sent);
    });
    EXPECT_EQ(user->pool().open_connections(), 0u);
  }
  client e(server);
  e.run([&]() -> boost::asio::awaitable<void> {
    auto got = co_await e.pool().acquire(freshness::any);
    e.pool().cancel_all();
    const auto request = request_text("/x");
    const auto fact = co_await got.connection.exchange(request, time_point::max());
    EXPECT_EQ(fact.fault, transport_fault::cancelled);
    EXPECT_EQ(fact.reached, phase::not_sent);
  });
}

// A name lookup that is under way when the pool goes must not hold it up.
TEST(Cancellation, AbandonsANameLookup) {
  scripted_server server;
  client c(server, [&](transport_options& t) {
    t.target = *parse_endpoint("https://pawl.invalid", false);
    t.connect_timeout = duration::zero();
  });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::resolve);
}

}  // namespace
}  // namespace pawl::http
