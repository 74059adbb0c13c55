#include "tests/integration/http/client.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <algorithm>

namespace pawl::http {
namespace {

using testing::scripted_server;
using testing::server_options;

const char* const ok_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

server_options plain() {
  server_options o;
  o.tls = false;
  return o;
}

class Exchange : public ::testing::TestWithParam<bool> {
 protected:
  static server_options options() {
    server_options o;
    o.tls = GetParam();
    return o;
  }
};
INSTANTIATE_TEST_SUITE_P(Transport, Exchange, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Tls" : "Plain"; });

TEST_P(Exchange, AnswersWithStatusHeadersAndBody) {
  scripted_server server(options());
  server.when("/items").reply(429, "Retry-After: 2\nX-Empty:", R"({"a":1})").then(200);
  client c(server);
  const auto first = c.send("/items", freshness::any, R"({"b":2})");
  EXPECT_EQ(first.reached, phase::answered);
  EXPECT_EQ(first.fault, transport_fault::none);
  EXPECT_EQ(first.status, 429);
  ASSERT_EQ(first.headers.size(), 4u);
  EXPECT_EQ(first.headers[0], (std::pair<std::string, std::string>("Retry-After", "2")));
  EXPECT_EQ(first.headers[1], (std::pair<std::string, std::string>("X-Empty", "")));
  EXPECT_EQ(first.body, R"({"a":1})");
  EXPECT_EQ(c.send("/items").status, 200);
  const auto asked = server.requests();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].method, "PATCH");
  EXPECT_EQ(asked[0].body, R"({"b":2})");
  EXPECT_EQ(server.connections(), 1u);
}

TEST_P(Exchange, ReadsAReplyThatComesByteByByte) {
  scripted_server server(options());
  server.when("/x").reply(200, "X-A: b", R"({"text":"slow"})").in_pieces_of(1);
  client c(server);
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.status, 200);
  EXPECT_EQ(fact.body, R"({"text":"slow"})");
}

TEST_P(Exchange, ReadsChunksAndPassesOverTrailers) {
  scripted_server server(options());
  server.when("/x")
      .raw(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
          "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n")
      .in_pieces_of(7);
  client c(server);
  for (int i = 0; i < 2; ++i) {
    const auto fact = c.send("/x");
    EXPECT_EQ(fact.reached, phase::answered) << fact.detail;
    EXPECT_EQ(fact.body, "hello world");
    EXPECT_EQ(fact.headers.size(), 2u);
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_P(Exchange, ReadsLargeRepliesAndLargeRequests) {
  scripted_server server(options());
  const std::string large(3'000'000, 'x');
  server.when("/x").reply(200, {}, large);
  client c(server);
  for (int i = 0; i < 2; ++i) {
    const auto fact = c.send("/x", freshness::any, large);
    EXPECT_EQ(fact.reached, phase::answered) << fact.detail;
    EXPECT_EQ(fact.body.size(), large.size());
  }
  EXPECT_EQ(server.requests().at(1).body, large);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_P(Exchange, PassesOverInterimReplies) {
  scripted_server server(options());
  server.when("/x").raw(
      std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n") + ok_reply);
  client c(server);
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.status, 200);
  EXPECT_EQ(fact.headers.size(), 1u);
  EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_P(Exchange, KnowsRepliesWithoutABody) {
  scripted_server server(options());
  server.when("/x")
      .raw("HTTP/1.1 204 No Content\r\n\r\n")
      .raw("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
  client c(server);
  EXPECT_EQ(c.send("/x").status, 204);
  EXPECT_EQ(c.send("/x").status, 304);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_P(Exchange, ReadsABodyUpToTheOrderlyEnd) {
  scripted_server server(options());
  server.when("/x").raw("HTTP/1.1 200 OK\r\n\r\n{\"to\":\"the end\"}").and_close();
  client c(server);
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::answered) << fact.detail;
  EXPECT_EQ(fact.body, "{\"to\":\"the end\"}");
  EXPECT_EQ(c.pool().open_connections(), 0u);
}

TEST(ExchangeOverTls, TakesABodyThatEndsWithoutGoodbyeForTruncated) {
  scripted_server server;
  server.when("/x").raw("HTTP/1.1 200 OK\r\n\r\n{\"to\":\"the end\"}").and_cut();
  client c(server);
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.reached, phase::maybe_applied);
  EXPECT_EQ(fact.fault, transport_fault::closed);
  EXPECT_EQ(fact.status, 0);
  EXPECT_NE(fact.detail.find("after"), std::string::npos) << fact.detail;
}

TEST_P(Exchange, BodyIsFollowedByPaddingThatMayBeRead) {
  scripted_server server(options());
  server.when("/x").reply(200, {}, std::string(17'000, 'y'));
  client c(server);
  c.run([&]() -> boost::asio::awaitable<void> {
    auto got = co_await c.pool().acquire(freshness::any);
    const auto request = request_text("/x");
    const auto fact = co_await got.connection.exchange(request, time_point::max());
    EXPECT_EQ(fact.body.size(), 17'000u);
    int sum = 0;  // under the address sanitizer this is the test
    for (std::size_t i = 0; i < 64; ++i) sum += fact.body.data()[fact.body.size() + i];
    EXPECT_GE(sum, -64 * 128);
  });
}

// A server that answers before it has read the request, and never reads the rest: the body is larger than
// what the sockets hold.
TEST_P(Exchange, TakesAReplyThatComesBeforeTheRequestIsSent) {
  auto o = options();
  o.receive_buffer = 4096;
  scripted_server server(o);
  server.when("/x").reply(413, {}, R"({"error":"too large"})").without_reading_the_body().and_stall();
  client c(server);
  const auto fact = c.send("/x", freshness::any, std::string(6'000'000, 'z'));
  EXPECT_EQ(fact.reached, phase::answered) << fact.detail;
  EXPECT_EQ(fact.status, 413);
  EXPECT_EQ(fact.body, R"({"error":"too large"})");
  EXPECT_EQ(c.pool().open_connections(), 0u);  // half a request is on it
}

TEST_P(Exchange, DoesNotReuseAConnectionWithASecondReplyOnIt) {
  scripted_server server(options());
  server.when("/x").raw(std::string(ok_reply) + ok_reply).reply(201);
  client c(server);
  EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(c.send("/x").status, 201);
  EXPECT_EQ(server.connections(), 2u);
}

// In another record, which comes when the reply has been taken already.
TEST_P(Exchange, DoesNotReuseAConnectionThatSpeaksUnasked) {
  scripted_server server(options());
  server.when("/x").pieces({ok_reply, ok_reply}).reply(201);
  server.when("/y").reply(202);
  client c(server);
  EXPECT_EQ(c.send("/x").status, 200);
  if (!GetParam()) server.say("x");  // sure to be there when send returns
  ASSERT_TRUE(test::wait_until([&] { return c.send("/y").status == 202; }));
  EXPECT_EQ(server.connections(), 2u);
}

TEST_P(Exchange, DoesNotReuseAConnectionThatIsToBeClosed) {
  scripted_server server(options());
  server.when("/x").reply(200, "Connection: close");
  server.when("/old").raw("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
  client c(server);
  EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(c.pool().open_connections(), 0u);
  EXPECT_EQ(c.send("/old").status, 200);
  EXPECT_EQ(c.pool().open_connections(), 0u);
}

TEST_P(Exchange, SixtyFourAtATime) {
  scripted_server server(options());
  server.when("/x").reply(200, {}, std::string(2'700, 'j'));
  client c(server);
  constexpr int connections = 64, rounds = 20;
  int answered = 0;
  c.run([&]() -> boost::asio::awaitable<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    int running = connections;
    boost::asio::steady_timer all_done(executor, boost::asio::steady_timer::time_point::max());
    const auto one = [&]() -> boost::asio::awaitable<void> {
      for (int i = 0; i < rounds; ++i) {
        const auto fact = co_await c.attempt(request_text("/x"));
        EXPECT_EQ(fact.reached, phase::answered) << fact.detail;
        if (fact.status == 200 && fact.body.size() == 2'700) ++answered;
      }
      if (--running == 0) all_done.cancel();
    };
    for (int i = 0; i < connections; ++i)
      boost::asio::co_spawn(executor, one(), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
      });
    boost::system::error_code woken;
    co_await all_done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  });
  EXPECT_EQ(answered, connections * rounds);
  EXPECT_LE(server.connections(), 64u);
  EXPECT_EQ(c.pool().open_connections(), server.connections());
}

TEST(ExchangeOverTls, WorksWithTls12) {
  server_options o;
  o.only_tls_1_2 = true;
  scripted_server server(o);
  server.when("/x").reply(200);
  client c(server);
  EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(server.connections(), 1u);
}

TEST(ExchangeOverPlainHttp, WorksWithALocalNameAndIPv6) {
  auto o = plain();
  scripted_server server(o);
  server.when("/x").reply(200);
  client c(server, [&](transport_options& t) {
    t.target = *parse_endpoint("http://localhost:" + std::to_string(server.port()), false);
  });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.status, 200) << fact.detail;
}

}  // namespace
}  // namespace pawl::http
