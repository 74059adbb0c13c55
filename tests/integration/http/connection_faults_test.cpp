// Every phase and fault of an attempt: what is known decides what may be sent again, so each is pinned.
#include "tests/integration/http/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace pawl::http {
namespace {

using testing::route;
using testing::scripted_server;
using testing::server_options;
using namespace std::chrono_literals;

void shorten(transport_options& t) {
  t.connect_timeout = t.handshake_timeout = t.attempt_timeout = 100ms;
}

struct fault_case {
  const char* name;
  std::function<void(route&)> script;
  transport_fault fault;
  const char* detail;  // part of it
};

std::string many_headers(int count) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < count; ++i) text += "H: v\r\n";
  return text + "Content-Length: 0\r\n\r\n";
}

// All of these come after the request was sent: maybe applied.
const fault_case cases[] = {
    {"CloseBeforeTheReply", [](route& r) { r.raw("").and_close(); }, transport_fault::closed,
     "before the first byte"},
    {"CutBeforeTheReply", [](route& r) { r.raw("").and_cut(); }, transport_fault::closed,
     "before the first byte"},
    {"CloseInTheHeader", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nConte").and_close(); },
     transport_fault::closed, "after 22 bytes"},
    {"CloseInTheBody",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"").and_close(); },
     transport_fault::closed, "after 42 bytes"},
    {"CloseInAChunk",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel").and_close(); },
     transport_fault::closed, "closed the connection after"},
    {"CloseBeforeTheLastChunk",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n").and_close(); },
     transport_fault::closed, "closed the connection after"},
    {"CloseAfterAnInterimReply", [](route& r) { r.raw("HTTP/1.1 100 Continue\r\n\r\n").and_close(); },
     transport_fault::closed, "closed the connection after"},
    {"ResetBeforeTheReply", [](route& r) { r.raw("").and_reset(); }, transport_fault::reset, "reset"},
    {"ResetInTheBody",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"").after(0ms).and_reset(); },
     transport_fault::reset, "reset"},
    {"StallBeforeTheReply", [](route& r) { r.raw("").and_stall(); }, transport_fault::timeout,
     "before the first byte"},
    {"StallInTheBody",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"").and_stall(); },
     transport_fault::timeout, "after 42 bytes"},
    {"LyingContentLength", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{}"); },
     transport_fault::timeout, "after 42 bytes"},
    {"NotHttp", [](route& r) { r.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"); }, transport_fault::malformed,
     "status line"},
    {"BadContentLength", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"); },
     transport_fault::malformed, "Content-Length"},
    {"TwoContentLengths",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"); },
     transport_fault::malformed, "Content-Length"},
    {"LengthAndChunks",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"); },
     transport_fault::malformed, "Transfer-Encoding"},
    {"BadChunk", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"); },
     transport_fault::malformed, "chunk"},
    {"UnaskedUpgrade", [](route& r) { r.raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"); },
     transport_fault::malformed, "unasked"},
    {"ThousandAndOneHeaders", [](route& r) { r.raw(many_headers(1001)); }, transport_fault::oversized,
     "too many header fields"},
    {"HundredThousandHeaders", [](route& r) { r.raw(many_headers(100'000)); }, transport_fault::oversized,
     "header"},
    {"LongHeader", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n"); },
     transport_fault::oversized, "header block too large"},
    {"LongStatusLine", [](route& r) { r.raw("HTTP/1.1 200 " + std::string(70'000, 'a')); },
     transport_fault::oversized, "header block too large"},
    {"LongBodyByLength", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"); },
     transport_fault::oversized, "body too large"},
    {"LongBodyByChunks",
     [](route& r) {
       r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + std::string(100'000, 'b') +
             "\r\n1\r\nb\r\n0\r\n\r\n");
     },
     transport_fault::oversized, "body too large"},
    {"LongBodyToTheEnd",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'001, 'b')).and_close(); },
     transport_fault::oversized, "body too large"},
    {"LongTrailers",
     [](route& r) {
       r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(90'000, 'b'));
     },
     transport_fault::oversized, "trailers"},
};

class AttemptFault : public ::testing::TestWithParam<std::tuple<fault_case, bool>> {};
INSTANTIATE_TEST_SUITE_P(AfterTheRequest, AttemptFault,
                         ::testing::Combine(::testing::ValuesIn(cases), ::testing::Bool()),
                         [](const auto& tested) {
                           return std::string(std::get<0>(tested.param).name) +
                                  (std::get<1>(tested.param) ? "OverTls" : "Plain");
                         });

TEST_P(AttemptFault, IsMaybeAppliedAndEndsTheConnection) {
  const auto& [c, tls] = GetParam();
  server_options o;
  o.tls = tls;
  scripted_server server(o);
  c.script(server.when("/x"));
  client user(server, [&](transport_options& t) {
    t.max_reply_bytes = 100'000;
    if (c.fault == transport_fault::timeout) t.attempt_timeout = 100ms;
  });
  const auto fact = user.send("/x", freshness::any, "{}");
  EXPECT_EQ(fact.reached, phase::maybe_applied);
  EXPECT_EQ(fact.fault, c.fault) << to_string(fact.fault);
  EXPECT_NE(fact.detail.find(c.detail), std::string::npos) << fact.detail;
  EXPECT_EQ(fact.status, 0);
  EXPECT_EQ(user.pool().open_connections(), 0u);
  EXPECT_EQ(server.requests().size(), 1u);
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
