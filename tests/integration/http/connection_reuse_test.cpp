#include "engine/sys/clock.hpp"
#include "tests/integration/http/client.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <memory>

namespace pawl::http {
namespace {

using testing::scripted_server;
using namespace std::chrono_literals;

TEST(ConnectionReuse, OneConnectionServesRequestAfterRequest) {
  scripted_server server;
  server.when("/x").reply(200);
  client c(server);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(server.connections(), 1u);
  EXPECT_EQ(c.pool().open_connections(), 1u);
}

TEST(ConnectionReuse, ALeaseExchangesMoreThanOnce) {
  scripted_server server;
  server.when("/x").reply(200, {}, "1").then(200, {}, "2");
  client c(server);
  c.run([&]() -> boost::asio::awaitable<void> {
    auto got = co_await c.pool().acquire(freshness::any);
    const auto request = request_text("/x");
    const auto first = co_await got.connection.exchange(request, time_point::max());
    EXPECT_EQ(first.body, "1");
    const auto second = co_await got.connection.exchange(request, time_point::max());
    EXPECT_EQ(second.body, "2");
  });
  EXPECT_EQ(server.connections(), 1u);
}

TEST(ConnectionReuse, TheMostRecentlyUsedComesFirst) {
  scripted_server server;
  server.when("/x").reply(200);
  client c(server);
  c.run([&]() -> boost::asio::awaitable<void> {
    const auto request = request_text("/x");
    auto first = co_await c.pool().acquire(freshness::any);
    auto second = co_await c.pool().acquire(freshness::any);
    co_await first.connection.exchange(request, time_point::max());
    co_await second.connection.exchange(request, time_point::max());
    second.connection = lease();
    first.connection = lease();
    auto again = c.pool().take_idle(freshness::any);
    EXPECT_TRUE(again);
    co_await again.exchange(request, time_point::max());
  });
  EXPECT_EQ(server.requests().at(2).connection, 0u);
  EXPECT_EQ(server.connections(), 2u);
}

TEST(ConnectionReuse, FindsAConnectionThatTheServerClosed) {
  for (const bool tls : {true, false}) {
    testing::server_options o;
    o.tls = tls;
    scripted_server server(o);
    server.when("/x").reply(200).and_close();
    client c(server);
    EXPECT_EQ(c.send("/x").status, 200);
    ASSERT_TRUE(test::wait_until([&] { return server.open_connections() == 0; }));
    EXPECT_FALSE(c.pool().take_idle(freshness::any));
    EXPECT_EQ(c.send("/x").status, 200);
    EXPECT_EQ(server.connections(), 2u);
  }
}

// Between the look at an idle connection and the request there may be a wait.
TEST(ConnectionReuse, FindsAConnectionThatTheServerClosedWhileItsUserWaited) {
  for (const bool tls : {true, false}) {
    testing::server_options o;
    o.tls = tls;
    auto server = std::make_unique<scripted_server>(o);
    server->when("/x").reply(200);
    client c(*server);
    EXPECT_EQ(c.send("/x").status, 200);
    c.run([&]() -> boost::asio::awaitable<void> {
      auto held = c.pool().take_idle(freshness::any);
      EXPECT_TRUE(held);
      server.reset();
      held.waited();
      const auto request = request_text("/x");
      const auto fact = co_await held.exchange(request, time_point::max());
      EXPECT_EQ(fact.reached, phase::not_sent) << fact.detail;
      EXPECT_EQ(fact.fault, transport_fault::closed) << fact.detail;
    });
  }
}

// The server's session tickets lie unread on it: they are no reason to think it broken.
TEST(ConnectionReuse, AConnectionGivenBackUnusedIsReused) {
  scripted_server server;
  server.when("/x").reply(200);
  client c(server);
  c.run([&]() -> boost::asio::awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      const auto got = co_await c.pool().acquire(freshness::any);
      EXPECT_TRUE(got.connection);
    }
  });
  EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(server.connections(), 1u);
}

TEST(ConnectionReuse, SweepClosesConnectionsIdleForTooLong) {
  scripted_server server;
  server.when("/x").reply(200);
  client c(server, [](transport_options& t) { t.idle_close = 4s; });
  EXPECT_EQ(c.send("/x").status, 200);
  const auto now = clock::now();
  c.pool().sweep(now + 3s);
  EXPECT_EQ(c.pool().open_connections(), 1u);
  c.pool().sweep(now + 4s);
  EXPECT_EQ(c.pool().open_connections(), 0u);
  EXPECT_TRUE(test::wait_until([&] { return server.open_connections() == 0; }));
}

TEST(ConnectionReuse, WhoWantsAFreshOneDoesNotGetOneIdleForASecond) {
  // A machine that takes a second over two requests has shown nothing of one that was not idle for so long.
  for (auto took = duration::max(); took >= 1s;) {
    scripted_server server;
    server.when("/x").reply(200);
    client c(server);
    const auto began = clock::now();
    EXPECT_EQ(c.send("/x", freshness::fresh).status, 200);
    EXPECT_EQ(c.send("/x", freshness::fresh).status, 200);
    took = clock::now() - began;
    if (took < 1s) {
      EXPECT_EQ(server.connections(), 1u);
    }
  }
  scripted_server server;
  server.when("/x").reply(200);
  client c(server);
  EXPECT_EQ(c.send("/x", freshness::fresh).status, 200);
  // Real time: the idle time is the pool's own observation. Not a wait for a condition.
  c.run([]() -> boost::asio::awaitable<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer second(executor, 1010ms);
    co_await second.async_wait(boost::asio::use_awaitable);
  });
  EXPECT_EQ(c.send("/x", freshness::fresh).status, 200);
  EXPECT_EQ(server.connections(), 2u);
  EXPECT_EQ(c.pool().open_connections(), 1u);  // the new one took the place of the old one
}

TEST(ConnectionReuse, TlsSessionsAreResumed) {
  for (const bool tls_1_2 : {false, true}) {
    testing::server_options o;
    o.only_tls_1_2 = tls_1_2;
    scripted_server server(o);
    server.when("/x").reply(200, "Connection: close");
    client c(server);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(c.send("/x").status, 200);
    EXPECT_EQ(server.connections(), 3u);
    EXPECT_EQ(server.resumed_handshakes(), 2u) << (tls_1_2 ? "TLS 1.2" : "TLS 1.3");
  }
}

}  // namespace
}  // namespace pawl::http
