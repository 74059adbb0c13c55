#include "engine/http/endpoint.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::http {
namespace {

struct good_case {
  const char* text;
  const char* url;
  const char* host;
  std::uint16_t port;
  const char* base_path;
  const char* host_header;
  bool loopback = false, private_address = false;
};

const good_case good[] = {
    {"https://productlane.com/api/v2", "https://productlane.com/api/v2", "productlane.com", 443, "/api/v2",
     "productlane.com"},
    {"HTTPS://Productlane.COM/api/v2/", "https://productlane.com/api/v2", "productlane.com", 443, "/api/v2",
     "productlane.com"},
    {"https://h.example", "https://h.example", "h.example", 443, "", "h.example"},
    {"https://h.example/", "https://h.example", "h.example", 443, "", "h.example"},
    {"https://h.example:443/x", "https://h.example/x", "h.example", 443, "/x", "h.example"},
    {"https://h.example:/x", "https://h.example/x", "h.example", 443, "/x", "h.example"},
    {"https://h.example:8443", "https://h.example:8443", "h.example", 8443, "", "h.example:8443"},
    {"https://h.example:65535", "https://h.example:65535", "h.example", 65535, "", "h.example:65535"},
    {"https://h.example/Case%20d", "https://h.example/Case%20d", "h.example", 443, "/Case%20d", "h.example"},
    {"http://localhost:8080", "http://localhost:8080", "localhost", 8080, "", "localhost:8080", true},
    {"http://LOCALHOST", "http://localhost", "localhost", 80, "", "localhost", true},
    {"http://127.0.0.1:80", "http://127.0.0.1", "127.0.0.1", 80, "", "127.0.0.1", true},
    {"http://127.255.0.9", "http://127.255.0.9", "127.255.0.9", 80, "", "127.255.0.9", true},
    {"https://[::1]:9443/a", "https://[::1]:9443/a", "::1", 9443, "/a", "[::1]:9443", true},
    {"https://[2001:DB8:0:0::1]", "https://[2001:db8::1]", "2001:db8::1", 443, "", "[2001:db8::1]"},
    {"https://10.1.2.3", "https://10.1.2.3", "10.1.2.3", 443, "", "10.1.2.3", false, true},
    {"https://172.16.0.1", "https://172.16.0.1", "172.16.0.1", 443, "", "172.16.0.1", false, true},
    {"https://172.32.0.1", "https://172.32.0.1", "172.32.0.1", 443, "", "172.32.0.1"},
    {"https://192.168.3.4", "https://192.168.3.4", "192.168.3.4", 443, "", "192.168.3.4", false, true},
    {"https://[fd00::7]", "https://[fd00::7]", "fd00::7", 443, "", "[fd00::7]", false, true},
};

TEST(Endpoint, IsTakenApartAndNormalised) {
  for (const auto& c : good) {
    const auto parsed = parse_endpoint(c.text, false);
    ASSERT_TRUE(parsed) << to_string(parsed.error());
    const auto& e = *parsed;
    EXPECT_EQ(e.url(), c.url);
    EXPECT_EQ(e.tls, e.url().starts_with("https:"));
    EXPECT_EQ(e.host, c.host) << c.text;
    EXPECT_EQ(e.port, c.port) << c.text;
    EXPECT_EQ(e.base_path, c.base_path) << c.text;
    EXPECT_EQ(e.host_header, c.host_header) << c.text;
    EXPECT_EQ(e.loopback, c.loopback) << c.text;
    EXPECT_EQ(e.private_address, c.private_address) << c.text;
    const auto again = parse_endpoint(e.url(), false);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, e);
  }
}

struct bad_case {
  const char* text;
  const char* what;  // part of the message
};

const bad_case bad[] = {
    {"", "is not a URL"},
    {"productlane.com", "is not a URL"},
    {" https://h.example", "is not a URL"},
    {"https: ", "is not a URL"},
    {"https:^", "is not a URL"},
    {"https://h.example/a b", "is not a URL"},
    {"https://h\u00e9.example", "is not a URL"},
    {"https://h.example:99999", "port out of range"},
    {"https://h.example:65536", "port out of range"},
    {"https://h.example:65979", "port out of range"},  // 443 when wrapped
    {"https://h.example:0", "port out of range"},
    {"https://h.example:18446744073709552059", "port out of range"},
    {"https://h.example:44a", "is not a URL"},
    {"https://", "names no host"},
    {"https:///path", "names no host"},
    {"https:path", "names no host"},
    {"ftp://h.example", "begins with \"ftp:\""},
    {"https://h.example/?a=1", "has a query"},
    {"https://h.example?", "has a query"},
    {"https://h.example/#a", "has a fragment"},
    {"https://h.example/a/../b", "in its path"},
    {"https://h.example/a/%2e%2E/b", "in its path"},
    {"https://h%2eexample/", "escape in its host name"},
    {"https://[v1.x]/", "neither a name nor an address"},
    {"http://h.example", "unencrypted"},
    {"http://127.0.0.1.h.example",
     "is not a URL"},  // Boost.URL 1.81 takes no name that begins like an address
    {"http://localhost.h.example", "unencrypted"},
    {"http://10.0.0.1", "unencrypted"},
    {"http://0.0.0.0", "unencrypted"},
    {"http://[::]", "unencrypted"},
    {"http://2130706433", "unencrypted"},
    {"http://0x7f.1", "unencrypted"},
};

TEST(Endpoint, RefusesWhatIsNoBaseUrl) {
  for (const auto& c : bad) {
    const auto parsed = parse_endpoint(c.text, false);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error().kind, failure_kind::usage);
    EXPECT_NE(parsed.error().what.find(c.what), std::string::npos) << c.text << ": " << parsed.error().what;
    EXPECT_FALSE(parsed.error().remedy.empty()) << c.text;
  }
}

TEST(Endpoint, PlainHttpReachesPrivateAddressesOnlyWhenAllowed) {
  for (const auto* url : {"http://10.0.0.1", "http://192.168.1.1:8080", "http://[fd12::1]"}) {
    EXPECT_FALSE(parse_endpoint(url, false)) << url;
    EXPECT_TRUE(parse_endpoint(url, true)) << url;
  }
  for (const auto* url : {"http://h.example", "http://8.8.8.8", "http://172.32.0.1", "http://[2001:db8::1]"})
    EXPECT_FALSE(parse_endpoint(url, true)) << url;
}

TEST(Endpoint, NeverRepeatsAPassword) {
  for (const auto* url :
       {"https://me:s3cret@h.example", "https://s3cret@h.example:99999", "ftp://a:s3cret@h"}) {
    const auto parsed = parse_endpoint(url, false);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(to_string(parsed.error()).find("s3cret"), std::string::npos) << to_string(parsed.error());
  }
}

}  // namespace
}  // namespace pawl::http
