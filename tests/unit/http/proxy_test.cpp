// A proxy's address, the request for a tunnel, and what the proxy says to it.
#include "engine/http/proxy.hpp"

#include "engine/text/redaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tunnel_state = tunnel_reply::state;

TEST(ProxyAddress, IsTakenApart) {
  const struct {
    const char* text;
    const char* name;
    const char* credentials;  // RFC 7617: base64 of user:password
  } table[] = {
      {"http://proxy.example:3128", "proxy.example:3128", ""},
      {"http://proxy.example:3128/", "proxy.example:3128", ""},
      {"HTTP://Proxy.EXAMPLE:80", "proxy.example:80", ""},
      {"proxy.example:3128", "proxy.example:3128", ""},
      {"http://10.0.0.1:8080", "10.0.0.1:8080", ""},
      {"http://[::1]:8080", "[::1]:8080", ""},
      {"http://[FD00:0::1]:8080", "[fd00::1]:8080", ""},
      {"http://Aladdin:open%20sesame@h:1", "h:1", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
      {"Aladdin:open%20sesame@h:1", "h:1", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
      {"http://ada@h:1", "h:1", "Basic YWRhOg=="},
      {"http://ada:@h:1", "h:1", "Basic YWRhOg=="},
      {"http://ada:a:b@h:1", "h:1", "Basic YWRhOmE6Yg=="},
      {"http://ada:p@ss@h:1", "h:1", "Basic YWRhOnBAc3M="},
      {"http://ada:p%40%2f%25@h:1", "h:1", "Basic YWRhOnBALyU="},
      {"http://test:123%C2%A3@h:1", "h:1", "Basic dGVzdDoxMjPCow=="},
  };
  for (const auto& row : table) {
    const auto proxy = parse_proxy(row.text);
    ASSERT_TRUE(proxy) << row.text << ": " << to_string(proxy.error());
    EXPECT_EQ(proxy->name(), row.name) << row.text;
    EXPECT_EQ(proxy->credentials.reveal(), row.credentials) << row.text;
    EXPECT_EQ(holds_secret("it sent " + proxy->credentials.reveal()), !proxy->credentials.empty())
        << row.text;
  }
}

TEST(ProxyAddress, IsRefusedWithWhatIsWrongAndWithoutRepeatingIt) {
  const std::string long_password = "http://ada:" + std::string(5000, 'x') + "hunter2@h:1";
  const struct {
    std::string text;
    const char* what;
  } table[] = {
      {"https://ada:hunter2@h:1", "https://) are not supported"},
      {"socks5://ada:hunter2@h:1", "SOCKS"},
      {"socks5h://h:1", "SOCKS"},
      {"SOCKS4A://h:1", "SOCKS"},
      {"ftp://ada:hunter2@h:1", "does not begin with http://"},
      {"http://ada:hunter2@h", "no port"},
      {"http://***@h:1", "stands for a user name and password that were not shown"},
      {"http://proxy.example", "no port"},
      {"http://[::1]", "no port"},
      {"http://ada:hunter2@h:0", "port is not a number"},
      {"http://ada:hunter2@h:65536", "port is not a number"},
      {"http://ada:hunter2@h:44x", "port is not a number"},
      {"http://ada:hunter2@h:", "port is not a number"},
      {"http://ada:hunter2@:1", "no host"},
      {"http://ada:hunter2@a b:1", "no host"},
      {"http://ada:hunter2@[::g]:1", "no host"},
      {"http://ada:hunter2@h\r\nX:1", "no host"},
      {std::string("http://ada:hunter2@h\0:1", 23), "no host"},
      {"http://ada:hunter2@h:1/path", "goes on behind its port"},
      {"http://ada:hunter2@h:1?q", "goes on behind its port"},
      {"http://ada:hunter2/x@h:1", "goes on behind its port"},
      {"http://ada:hunter2%@h:1", "bad % escape"},
      {"http://ada:hunter2%2@h:1", "bad % escape"},
      {"http://ada:hunter2%zz@h:1", "bad % escape"},
      {"http://ada:hunter2%0d%0aX:y@h:1", "control character"},
      {"http://ada:hunter2\r\n@h:1", "control character"},
      {"http://ada:hunter2%00@h:1", "control character"},
      {"http://a%3Ada:hunter2@h:1", "colon"},
      {long_password, "over 4096 bytes"},
      {"", "no port"},
  };
  for (const auto& row : table) {
    const auto proxy = parse_proxy(row.text);
    ASSERT_FALSE(proxy) << row.text;
    const auto said = to_string(proxy.error());
    EXPECT_EQ(proxy.error().kind, failure_kind::usage);
    EXPECT_THAT(said, HasSubstr(row.what)) << row.text;
    EXPECT_THAT(said, Not(HasSubstr("hunter2")));
    EXPECT_THAT(said, Not(HasSubstr("ada")));
  }
}

endpoint target(const char* url = "https://api.example/v2") {
  return *parse_endpoint(url, false);
}

TEST(TunnelRequest, NamesTheEndpointAndCarriesTheCredentials) {
  EXPECT_EQ(tunnel_request(*parse_proxy("http://h:1"), target()),
            "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n");
  EXPECT_EQ(tunnel_request(*parse_proxy("http://ada:b@h:1"), target("https://[::1]:8443")),
            "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\nProxy-Authorization: Basic YWRhOmI=\r\n\r\n");
}

struct answer {
  tunnel_state is = tunnel_state::reading;
  std::string said;
};

answer read(std::string_view text, std::size_t piece, const char* address = "http://h:1") {
  tunnel_reply reply;
  answer got;
  while (!text.empty() && got.is == tunnel_state::reading) {
    got.is = reply.add(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
  }
  if (got.is != tunnel_state::reading) got.said = reply.explain(*parse_proxy(address), target());
  return got;
}

TEST(TunnelReply, IsJudgedByItsHeaderBlock) {
  const std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(17'000, 'x');
  const struct {
    std::string text;
    tunnel_state is;
    const char* said;  // part of it
  } table[] = {
      {"HTTP/1.1 200 Connection established\r\n\r\n", tunnel_state::established, ""},
      {"HTTP/1.0 200\r\n\r\n", tunnel_state::established, ""},
      {"HTTP/1.1 200 OK\n\n", tunnel_state::established, ""},
      // RFC 9110 9.3.6: these mean nothing in a 2xx to CONNECT.
      {"HTTP/1.1 204 x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", tunnel_state::established,
       ""},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", tunnel_state::established, ""},
      {"HTTP/1.1 200 OK\r\n", tunnel_state::reading, ""},
      {"HTTP/1.1 407 no\r\n\r\n", tunnel_state::refused, "answered 407: it wants a user name and password"},
      {"HTTP/1.1 407 no\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\nbody", tunnel_state::refused,
       "wants a user name"},
      {"HTTP/1.1 407 no\r\nproxy-authenticate: Negotiate\r\nProxy-Authenticate: NTLM, Negotiate\r\n\r\n",
       tunnel_state::refused, "it asks for Negotiate, NTLM, and pawl can only do Basic"},
      {"HTTP/1.1 407 no\r\nProxy-Authenticate: Digest realm=\"a, b\", basic realm=\"x\"\r\n\r\n",
       tunnel_state::refused, "wants a user name"},
      {"HTTP/1.1 403 hunter2\r\n\r\n", tunnel_state::refused,
       "answered 403: it does not allow connections to api.example:443"},
      {"HTTP/1.1 405 no\r\n\r\n", tunnel_state::refused, "answered 405: it does not make tunnels"},
      {"HTTP/1.1 502 no\r\n\r\n", tunnel_state::refused, "answered 502: it does not reach api.example:443"},
      {"HTTP/1.1 503 no\r\n\r\n", tunnel_state::refused, "answered 503: it does not reach"},
      {"HTTP/1.1 302 no\r\nLocation: x\r\n\r\n", tunnel_state::refused, "answered 302: it makes no tunnel"},
      {"HTTP/1.1 999 no\r\n\r\n", tunnel_state::refused, "answered 999"},
      {"HTTP/1.1 099 no\r\n\r\n", tunnel_state::malformed, "not HTTP"},
      {"HTTP/2 200\r\n\r\n", tunnel_state::malformed, "not HTTP"},
      {"HTTP/1.1 20x\r\n\r\n", tunnel_state::malformed, "not HTTP"},
      {"HTTP/1.1 2000\r\n\r\n", tunnel_state::malformed, "not HTTP"},
      {"\r\n\r\n", tunnel_state::malformed, "not HTTP"},
      {"220 smtp.example\r\n", tunnel_state::malformed, "not HTTP"},
      {endless, tunnel_state::malformed, "over 16 KiB"},
  };
  for (const auto& row : table)
    for (const std::size_t piece : {1u, 7u, 100'000u}) {
      const auto got = read(row.text, piece);
      EXPECT_EQ(got.is, row.is) << row.text.substr(0, 80) << " by " << piece;
      if (*row.said != '\0') {
        EXPECT_THAT(got.said, HasSubstr(row.said));
      }
      // What the proxy says is never repeated: it may be what it was sent.
      EXPECT_THAT(got.said, Not(HasSubstr("hunter2")));
    }
}

TEST(TunnelReply, BytesBehindItAreNobodysReply) {
  const auto got = read("HTTP/1.1 200 OK\r\n\r\n\x16\x03", 100);
  EXPECT_EQ(got.is, tunnel_state::malformed);
  EXPECT_THAT(got.said, HasSubstr("nobody had asked for"));
}

TEST(TunnelReply, TellsWrongCredentialsFromNone) {
  EXPECT_THAT(read("HTTP/1.1 407 no\r\n\r\n", 100, "http://a:b@h:1").said,
              HasSubstr("does not accept the user name and password"));
}

TEST(TunnelReply, EndlessInterimRepliesAreBounded) {
  tunnel_reply reply;
  auto is = tunnel_state::reading;
  for (int i = 0; i < 10'000 && is == tunnel_state::reading; ++i)
    is = reply.add("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(is, tunnel_state::malformed);
}

}  // namespace
}  // namespace pawl::http
