// No certificate that does not prove the name gets a request.
#include "tests/integration/http/client.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace pawl::http {
namespace {

using testing::certificate_kind;
using testing::scripted_server;
using testing::server_options;

struct verification_case {
  const char* name;
  certificate_kind kind;
  const char* host;
  const char* detail;  // part of it; null: trusted
};

const verification_case cases[] = {
    {"GoodForAddress", certificate_kind::good, "127.0.0.1", nullptr},
    {"GoodForName", certificate_kind::good, "localhost", nullptr},
    {"SelfSigned", certificate_kind::self_signed, "127.0.0.1", "self-signed"},
    {"WrongAddress", certificate_kind::wrong_host, "127.0.0.1", "IP address mismatch"},
    {"WrongName", certificate_kind::wrong_host, "localhost", "hostname mismatch"},
    {"NameInTheSubjectOnly", certificate_kind::only_subject, "localhost", "hostname mismatch"},
    {"Expired", certificate_kind::expired, "127.0.0.1", "certificate has expired"},
    {"NotYetValid", certificate_kind::not_yet_valid, "127.0.0.1", "certificate is not yet valid"},
};

class Verification : public ::testing::TestWithParam<verification_case> {};
INSTANTIATE_TEST_SUITE_P(Certificate, Verification, ::testing::ValuesIn(cases),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(Verification, DecidesBeforeAnythingIsSent) {
  const auto& c = GetParam();
  server_options o;
  o.certificate = c.kind;
  scripted_server server(o);
  server.when("/x").reply(200);
  client user(server, [&](transport_options& t) {
    t.target = *parse_endpoint(std::string("https://") + c.host + ":" + std::to_string(server.port()), false);
  });
  const auto fact = user.send("/x");
  if (c.detail == nullptr) {
    EXPECT_EQ(fact.status, 200) << fact.detail;
    // RFC 6066 3: names only, no addresses.
    EXPECT_EQ(server.server_names().at(0), std::string(c.host) == "localhost" ? "localhost" : "");
    return;
  }
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::untrusted) << to_string(fact.fault) << ": " << fact.detail;
  EXPECT_NE(fact.detail.find(c.detail), std::string::npos) << fact.detail;
  EXPECT_NE(fact.detail.find(c.host), std::string::npos) << fact.detail;
  EXPECT_TRUE(server.requests().empty());
}

TEST(ServerIdentity, WithoutTheCaNothingIsTrusted) {
  scripted_server server;
  client c(server, [](transport_options& t) { t.ca_file.clear(); });
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.fault, transport_fault::untrusted);
  EXPECT_EQ(fact.reached, phase::not_sent);
}

TEST(ServerIdentity, OldProtocolsAreRefused) {
  server_options o;
  o.only_tls_1_1 = true;
  scripted_server server(o);
  client c(server);
  const auto fact = c.send("/x");
  EXPECT_EQ(fact.fault, transport_fault::handshake) << to_string(fact.fault) << ": " << fact.detail;
  EXPECT_EQ(fact.reached, phase::not_sent);
}

// In TLS 1.3 the client is done before the server has judged it: the alert comes when the request is on its
// way, or just before (then the request may find the connection gone).
TEST(ServerIdentity, AServerThatWantsAClientCertificateSaysSoAfterTheHandshake) {
  server_options o;
  o.require_client_certificate = true;
  scripted_server server(o);
  client c(server);
  const auto fact = c.send("/x");
  EXPECT_NE(fact.reached, phase::answered);
  EXPECT_TRUE(fact.fault == transport_fault::closed || fact.fault == transport_fault::reset)
      << to_string(fact.fault);
  EXPECT_FALSE(fact.detail.empty());
  EXPECT_TRUE(server.requests().empty());
}

class ca_file {
 public:
  explicit ca_file(const std::string& content) : path_(::testing::TempDir() + "pawl-ca-test.pem") {
    std::ofstream(path_) << content;
  }
  ~ca_file() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

failure create_failure(const std::function<void(transport_options&)>& change) {
  boost::asio::io_context io;
  transport_options options;
  options.target = *parse_endpoint("https://127.0.0.1", false);
  change(options);
  auto made = connection_pool::create(io, options);
  EXPECT_FALSE(made);
  return made ? failure{} : made.error();
}

TEST(PoolCreation, NamesACaFileThatCannotBeUsed) {
  const auto missing = create_failure([](auto& o) { o.ca_file = "/nonexistent/ca.pem"; });
  EXPECT_EQ(missing.kind, failure_kind::usage);
  EXPECT_EQ(missing.place, "/nonexistent/ca.pem");
  EXPECT_EQ(missing.what, "cannot be read: No such file or directory");
  const auto directory = create_failure([](auto& o) { o.ca_file = "/tmp"; });
  EXPECT_EQ(directory.what, "cannot be read: Is a directory");

  const ca_file empty("no certificate here\n");
  EXPECT_EQ(create_failure([&](auto& o) { o.ca_file = empty.path(); }).what, "holds no certificate");
  auto pem = testing::to_pem(testing::test_ca());
  pem.insert(pem.size() / 2, "AAAA");
  const ca_file damaged(pem);
  const auto what = create_failure([&](auto& o) { o.ca_file = damaged.path(); }).what;
  EXPECT_EQ(what.rfind("certificate 1 is damaged: ", 0), 0u) << what;
}

TEST(PoolCreation, RefusesWhatIsNotSupportedYet) {
  EXPECT_EQ(to_string(create_failure([](auto& o) { o.proxy = "http://proxy:8080"; })),
            "proxy: this version does not support proxies yet; leave the setting out");
  EXPECT_EQ(to_string(create_failure([](auto& o) { o.cert_file = "c.pem"; })),
            "tls.cert: this version does not support client certificates yet; leave the setting out");
  EXPECT_EQ(to_string(create_failure([](auto& o) { o.key_file = "k.pem"; })),
            "tls.key: this version does not support client certificates yet; leave the setting out");
}

}  // namespace
}  // namespace pawl::http
