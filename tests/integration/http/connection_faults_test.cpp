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
  client c(server, [](transport_options& t) { t.connect_timeout = 100ms; });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::connect);
  EXPECT_NE(fact.detail.find("no answer in time"), std::string::npos) << fact.detail;
}

TEST(ConnectFault, SilentServersRunIntoTheHandshakeTimeout) {
  server_options o;
  o.never_accept = true;
  scripted_server server(o);
  client c(server, [](transport_options& t) { t.handshake_timeout = 100ms; });
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

// The callers of the engine add up what is left to them; the option is for those who name no deadline. A day
// passes by hand, and what would not end by then hangs until the test is killed.
TEST(AttemptDeadline, IsTheCallersAndElseTheOptions) {
  for (const bool callers : {true, false}) {
    scripted_server server;
    server.when("/x").raw("").and_stall();
    client c(server, [&](transport_options& t) { t.attempt_timeout = callers ? duration{48h} : 12h; });
    c.jump_ahead(24h, [&] { return server.requests().size() == 1; });
    c.run([&]() -> boost::asio::awaitable<void> {
      auto got = co_await c.pool().acquire(freshness::any);
      const auto request = request_text("/x");
      const auto deadline = callers ? clock::now() + 12h : time_point::max();
      const auto fact = co_await got.connection.exchange(request, deadline);
      EXPECT_TRUE(c.has_jumped());
      EXPECT_EQ(fact.fault, transport_fault::timeout);
      EXPECT_EQ(fact.reached, phase::maybe_applied);
      const auto again = co_await got.connection.exchange(request, time_point::max());
      EXPECT_EQ(again.reached, phase::not_sent);
      EXPECT_EQ(again.fault, transport_fault::closed);
    });
  }
}

TEST(Cancellation, EndsOperationsUnderWayAndTheNextOfEachLease) {
  scripted_server server;
  server.when("/x").raw("").and_stall();
  server_options mute;
  mute.never_accept = true;
  scripted_server silent(mute);
  client c(server), d(silent);
  for (auto* user : {&c, &d}) {
    // The one waits for a reply, the other for the greeting of a server that is never going to say one.
    const auto under_way = [&] { return user == &d || server.requests().size() == 1; };
    const auto cancel_then = [&](boost::asio::any_io_executor executor) -> boost::asio::awaitable<void> {
      boost::asio::steady_timer round(executor);
      do {
        round.expires_after(5ms);
        co_await round.async_wait(boost::asio::use_awaitable);
      } while (!under_way());
      user->pool().cancel_all();
    };
    user->run([&]() -> boost::asio::awaitable<void> {
      const auto executor = co_await boost::asio::this_coro::executor;
      boost::asio::co_spawn(executor, cancel_then(executor), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
      });
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
