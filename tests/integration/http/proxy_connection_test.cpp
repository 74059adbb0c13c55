// Through a proxy: the endpoint is verified as ever, and whatever goes wrong on the way to it is not sent.
#include "tests/integration/http/client.hpp"
#include "tests/support/scripted/scripted_proxy.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::proxy_options;
using testing::scripted_proxy;
using testing::scripted_server;
using testing::server_options;
using namespace std::chrono_literals;
using habit = proxy_options::habit;

constexpr const char* token = "Bearer pl_v2_secret_of_the_test";

std::string with_key(const char* target) {
  return std::string("PATCH ") + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + token +
         "\r\nContent-Length: 2\r\n\r\n{}";
}

kept_fact send(client& c, std::string request = with_key("/x")) {
  kept_fact fact;
  c.run([&]() -> boost::asio::awaitable<void> { fact = co_await c.attempt(request); });
  return fact;
}

proxy_options leading_to(const scripted_server& server) {
  proxy_options o;
  o.lead_to = server.port();
  return o;
}

std::function<void(transport_options&)> through(const std::string& url, const char* target = nullptr) {
  return [=](transport_options& t) {
    t.proxy = *parse_proxy(url);
    if (target != nullptr) t.target = *parse_endpoint(target, false);
  };
}

TEST(Proxy, LeadsToTheEndpointAndSeesNothingButTheTunnel) {
  scripted_server server;
  server.when("/x").reply(200);
  scripted_proxy proxy(leading_to(server));
  client c(server, through(proxy.url(), "https://localhost:4443"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(c).status, 200);
  EXPECT_EQ(proxy.connections(), 1u);
  ASSERT_EQ(proxy.heads().size(), 1u);
  EXPECT_EQ(proxy.heads()[0], "CONNECT localhost:4443 HTTP/1.1\r\nHost: localhost:4443\r\n\r\n");
  ASSERT_EQ(server.requests().size(), 3u);
  EXPECT_THAT(server.requests()[0].head, HasSubstr(token));
  EXPECT_EQ(server.server_names().at(0), "localhost");
  EXPECT_THAT(proxy.tunnelled(), Not(HasSubstr("pl_v2")));
  EXPECT_THAT(proxy.heads()[0], Not(HasSubstr("pl_v2")));
}

TEST(Proxy, ResolvesTheNameOfTheEndpoint) {
  server_options o;
  testing::certificate_wish wish;
  wish.alternative_names = "DNS:api.pawl.invalid";  // RFC 6761: .invalid never resolves
  o.chain = testing::chain_of(testing::issue(wish, &testing::test_ca()));
  scripted_server server(o);
  server.when("/x").reply(200);
  scripted_proxy proxy(leading_to(server));
  client c(server, through(proxy.url(), "https://api.pawl.invalid"));
  const auto fact = send(c);
  EXPECT_EQ(fact.status, 200) << fact.detail;
  EXPECT_THAT(proxy.heads().at(0), HasSubstr("CONNECT api.pawl.invalid:443 "));
}

TEST(Proxy, GetsItsCredentialsAndTheEndpointDoesNot) {
  scripted_server server;
  server.when("/x").reply(200);
  auto o = leading_to(server);
  o.user_password = "ada:p@ss word";
  scripted_proxy proxy(o);
  client c(server, through(proxy.url("ada:p%40ss%20word")));
  EXPECT_EQ(send(c).status, 200);
  EXPECT_THAT(proxy.heads().at(0), HasSubstr("\r\nProxy-Authorization: Basic "));
  EXPECT_THAT(server.requests().at(0).head, Not(HasSubstr("Proxy-Authorization")));
}

TEST(Proxy, AnswersInPiecesAndWithInterimRepliesAreRead) {
  scripted_server server;
  server.when("/x").reply(200);
  auto o = leading_to(server);
  o.reply = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nX-Proxy: a\r\nContent-Length: 9\r\n\r\n";
  o.byte_by_byte = true;
  scripted_proxy proxy(o);
  client c(server, through(proxy.url()));
  EXPECT_EQ(send(c).status, 200);
}

TEST(Proxy, DoesNotMakeAWrongCertificateTrusted) {
  server_options o;
  o.certificate = testing::certificate_kind::wrong_host;
  scripted_server server(o);
  server.when("/x").reply(200);
  scripted_proxy proxy(leading_to(server));
  client c(server, through(proxy.url(), "https://localhost:443"));
  const auto fact = send(c);
  EXPECT_EQ(fact.fault, transport_fault::untrusted);
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_THAT(fact.detail, HasSubstr("localhost: hostname mismatch"));
  EXPECT_TRUE(server.requests().empty());
}

TEST(Proxy, IsNotTheEndpoint) {
  // A proxy that answers for the endpoint itself, without a certificate for it.
  scripted_server server;
  auto o = proxy_options{};
  o.reply = "HTTP/1.1 200 OK\r\n\r\n";
  server_options stranger;
  stranger.certificate = testing::certificate_kind::self_signed;
  scripted_server in_the_middle(stranger);
  in_the_middle.when("/x").reply(200);
  o.lead_to = in_the_middle.port();
  scripted_proxy proxy(o);
  client c(server, through(proxy.url()));
  EXPECT_EQ(send(c).fault, transport_fault::untrusted);
  EXPECT_TRUE(in_the_middle.requests().empty());
}

struct proxy_fault_case {
  const char* name;
  std::function<void(proxy_options&)> change;
  transport_fault fault;
  const char* detail;  // part of it
};

const proxy_fault_case proxy_faults[] = {
    {"WantsCredentials", [](auto& o) { o.user_password = "ada:other"; }, transport_fault::proxy_credentials,
     "answered 407: it does not accept the user name and password"},
    {"WantsAnotherScheme",
     [](auto& o) {
       o.user_password = "ada:other";
       o.challenge = "Negotiate";
     },
     transport_fault::proxy_credentials, "it asks for Negotiate, and pawl can only do Basic"},
    {"Forbids", [](auto& o) { o.reply = "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nhtml"; },
     transport_fault::proxy, "answered 403: it does not allow"},
    {"DoesNotReachTheEndpoint", [](auto& o) { o.reply = "HTTP/1.1 502 Bad Gateway\r\n\r\n"; },
     transport_fault::proxy, "answered 502: it does not reach"},
    {"IsAWebServer", [](auto& o) { o.reply = "HTTP/1.1 405 Method Not Allowed\r\n\r\n<html>"; },
     transport_fault::proxy, "answered 405"},
    {"Redirects", [](auto& o) { o.reply = "HTTP/1.1 302 Found\r\nLocation: https://portal/\r\n\r\n"; },
     transport_fault::proxy, "answered 302"},
    {"SpeaksAnotherProtocol", [](auto& o) { o.reply = "SSH-2.0-OpenSSH_9.2\r\n"; }, transport_fault::proxy,
     "not HTTP"},
    {"RepliesBytesIntoTheTunnel", [](auto& o) { o.reply = "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"; },
     transport_fault::proxy, "nobody had asked for"},
    {"NeverEndsItsHeader",
     [](auto& o) {
       o.reply = "HTTP/1.1 200 OK\r\n";
       o.endless = "X-Proxy: and on, and on\r\n";
     },
     transport_fault::proxy, "over 16 KiB"},
    {"NeverEndsItsStatusLine",
     [](auto& o) {
       o.reply = "HTTP/1.1 200 ";
       o.endless = "and on, and on ";
     },
     transport_fault::proxy, "over 16 KiB"},
    {"NeverStopsInterimReplies",
     [](auto& o) {
       o.reply.clear();
       o.endless = "HTTP/1.1 100 Continue\r\n\r\n";
     },
     transport_fault::proxy, "over 16 KiB"},
    {"StopsInItsHeader", [](auto& o) { o.reply = "HTTP/1.1 200 O"; }, transport_fault::proxy,
     "closed the connection instead of answering CONNECT"},
    {"HangsUp", [](auto& o) { o.does = habit::hang_up; }, transport_fault::proxy,
     "closed the connection instead of answering CONNECT"},
    {"Resets", [](auto& o) { o.does = habit::reset; }, transport_fault::proxy, "reset"},
    {"IsMute", [](auto& o) { o.does = habit::mute; }, transport_fault::proxy,
     "no answer to CONNECT in 600 s"},
};

class ProxyFault : public ::testing::TestWithParam<proxy_fault_case> {};
INSTANTIATE_TEST_SUITE_P(Proxy, ProxyFault, ::testing::ValuesIn(proxy_faults),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(ProxyFault, IsNotSentAndSaysWhatIsWrong) {
  const auto& c = GetParam();
  scripted_server server;
  server.when("/x").reply(200);
  proxy_options o;
  c.change(o);
  scripted_proxy proxy(o);
  client user(server, [&](transport_options& t) {
    t.proxy = *parse_proxy(proxy.url("ada:hunter2"));
    t.connect_timeout = 10min;
  });
  if (std::string_view(c.name) == "IsMute") user.jump_ahead(1h, [&] { return proxy.heads().size() == 1; });
  const auto fact = send(user);
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, c.fault) << to_string(fact.fault) << ": " << fact.detail;
  EXPECT_THAT(fact.detail, HasSubstr(c.detail));
  EXPECT_THAT(fact.detail, HasSubstr("127.0.0.1:" + std::to_string(proxy.port()) + ": "));
  EXPECT_THAT(fact.detail, Not(HasSubstr("hunter2")));
  EXPECT_EQ(user.pool().open_connections(), 0u);
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(proxy.tunnelled(), "");
}

TEST(ProxyUnreachable, IsNotSent) {
  scripted_server server;
  std::uint16_t port = 0;
  {
    scripted_proxy gone{proxy_options{}};
    port = gone.port();
  }
  client refused(server, through("http://127.0.0.1:" + std::to_string(port)));
  const auto fact = send(refused);
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::proxy);
  EXPECT_EQ(fact.detail, "127.0.0.1:" + std::to_string(port) + ": Connection refused");

  client unknown(server, through("http://ada:hunter2@proxy.pawl.invalid:3128"));
  const auto unresolved = send(unknown);
  EXPECT_EQ(unresolved.reached, phase::not_sent);
  EXPECT_EQ(unresolved.fault, transport_fault::proxy);
  EXPECT_THAT(unresolved.detail, HasSubstr("proxy.pawl.invalid: "));
  EXPECT_THAT(unresolved.detail, Not(HasSubstr("hunter2")));
}

TEST(ProxyDies, InTheHandshakeIsNotSent) {
  scripted_server server;
  server.when("/x").reply(200);
  for (const bool from_client : {true, false}) {
    auto o = leading_to(server);
    (from_client ? o.dies_after : o.answers_until) = 100;
    scripted_proxy proxy(o);
    client c(server, through(proxy.url()));
    const auto fact = send(c);
    EXPECT_EQ(fact.reached, phase::not_sent);
    EXPECT_TRUE(fact.fault == transport_fault::handshake) << to_string(fact.fault) << fact.detail;
    EXPECT_TRUE(server.requests().empty());
  }
}

// Where the proxy dies behind the handshake decides: the request may have passed it.
TEST(ProxyDies, AfterTheRequestIsMaybeApplied) {
  scripted_server server;
  server.when("/x").raw("").and_stall();
  auto o = leading_to(server);
  o.dies_after = 3000;  // a ClientHello is under 600 bytes, and so are the other messages of a handshake
  scripted_proxy proxy(o);
  client c(server, through(proxy.url()));
  const auto fact =
      send(c, "PATCH /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n" + std::string(9000, 'x'));
  EXPECT_EQ(fact.reached, phase::maybe_applied);
  EXPECT_TRUE(fact.fault == transport_fault::closed || fact.fault == transport_fault::reset)
      << to_string(fact.fault) << fact.detail;
  EXPECT_EQ(c.pool().open_connections(), 0u);
}

TEST(Proxy, CancellationEndsTheWaitForItsAnswer) {
  scripted_server server;
  proxy_options o;
  o.does = habit::mute;
  scripted_proxy proxy(o);
  client c(server, through(proxy.url()));
  c.run([&]() -> boost::asio::awaitable<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::post(executor, [&] { c.pool().cancel_all(); });
    const auto got = co_await c.pool().acquire(freshness::any);
    EXPECT_FALSE(got.connection);
    EXPECT_EQ(got.fact.fault, transport_fault::cancelled);
  });
}

TEST(PoolCreation, RefusesAProxyForPlainHttp) {
  boost::asio::io_context io;
  transport_options options;
  options.target = *parse_endpoint("http://127.0.0.1:1", false);
  options.proxy = *parse_proxy("http://127.0.0.1:2");
  const auto made = connection_pool::create(io, options);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, failure_kind::usage);
}

}  // namespace
}  // namespace pawl::http
