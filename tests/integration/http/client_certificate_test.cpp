// Client certificates: files that cannot be used are told before anything is sent, and a server that is not
// content is known to have applied nothing.
#include "tests/integration/http/client.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include <unistd.h>

namespace pawl::http {
namespace {

using testing::ca_wish;
using testing::certificate;
using testing::certificate_wish;
using ::testing::HasSubstr;
using testing::issue;
using testing::key_kind;
using testing::key_to_pem;
using testing::scripted_server;
using testing::server_options;
using testing::test_ca;
using testing::to_pem;

class pem_file {
 public:
  explicit pem_file(const std::string& content)
      : path_(::testing::TempDir() + "pawl-client-" + std::to_string(::getpid()) + "-" +
              std::to_string(++count_) + ".pem") {
    std::ofstream(path_) << content;
  }
  ~pem_file() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  static inline int count_ = 0;
  std::string path_;
};

certificate client_certificate(key_kind kind = key_kind::ec, const certificate* issuer = &test_ca()) {
  certificate_wish wish;
  wish.common_name = "pawl client";
  wish.alternative_names.clear();
  wish.extended_usage = "clientAuth";
  wish.key = kind;
  return issue(wish, issuer);
}

server_options demanding(bool tls_1_2 = false) {
  server_options o;
  o.require_client_certificate = true;
  o.only_tls_1_2 = tls_1_2;
  return o;
}

class ClientCertificate : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Tls, ClientCertificate, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "12" : "13"; });

TEST_P(ClientCertificate, IsShownToAServerThatAsks) {
  for (const auto kind : {key_kind::ec, key_kind::rsa_2048}) {
    scripted_server server(demanding(GetParam()));
    server.when("/x").reply(200);
    const auto own = client_certificate(kind);
    const pem_file cert(to_pem(own)), private_key(key_to_pem(own));
    client c(server, [&](transport_options& t) {
      t.cert_file = cert.path();
      t.key_file = private_key.path();
    });
    EXPECT_EQ(c.send("/x").status, 200);
    EXPECT_EQ(c.send("/x").status, 200);
    EXPECT_EQ(server.client_names(), std::vector<std::string>{"pawl client"});
  }
}

TEST_P(ClientCertificate, StandsWithItsKeyAndItsChainInOneFile) {
  auto middle = issue(ca_wish("pawl intermediate"), &test_ca());
  const auto own = client_certificate(key_kind::ec, &middle);
  scripted_server server(demanding(GetParam()));
  server.when("/x").reply(200);
  const pem_file key_last(to_pem(own) + to_pem(middle) + key_to_pem(own));
  const pem_file key_first("Bag Attributes\n" + key_to_pem(own) + to_pem(own) + to_pem(middle));
  for (const auto* file : {&key_last, &key_first}) {
    client c(server, [&](transport_options& t) { t.cert_file = file->path(); });
    const auto fact = c.send("/x");
    EXPECT_EQ(fact.status, 200) << fact.detail;
  }
}

TEST_P(ClientCertificate, IsNotShownToAServerThatDoesNotAsk) {
  server_options o;
  o.only_tls_1_2 = GetParam();
  scripted_server server(o);
  server.when("/x").reply(200);
  const auto own = client_certificate();
  const pem_file both(to_pem(own) + key_to_pem(own));
  client c(server, [&](transport_options& t) { t.cert_file = both.path(); });
  EXPECT_EQ(c.send("/x").status, 200);
  EXPECT_EQ(server.client_names(), std::vector<std::string>{""});
}

TEST_P(ClientCertificate, MissingIsNotSentAndSaysSo) {
  scripted_server server(demanding(GetParam()));
  server.when("/x").reply(200);
  client c(server);
  for (int i = 0; i < 3; ++i) {
    const auto fact = c.send("/x", freshness::any, "{}");
    EXPECT_EQ(fact.reached, phase::not_sent);
    EXPECT_EQ(fact.fault, transport_fault::client_certificate) << to_string(fact.fault) << fact.detail;
    EXPECT_THAT(fact.detail, HasSubstr("127.0.0.1 asks for a client certificate: "));
  }
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(c.pool().open_connections(), 0u);
}

TEST_P(ClientCertificate, OfAStrangerIsNotSentAndSaysSo) {
  const auto stranger = issue(ca_wish("a stranger"), nullptr);
  const auto own = client_certificate(key_kind::ec, &stranger);
  scripted_server server(demanding(GetParam()));
  const pem_file both(to_pem(own) + key_to_pem(own));
  client c(server, [&](transport_options& t) { t.cert_file = both.path(); });
  const auto fact = c.send("/x", freshness::any, "{}");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::client_certificate) << to_string(fact.fault) << fact.detail;
  EXPECT_THAT(fact.detail, HasSubstr("127.0.0.1 does not accept the client certificate: "));
  EXPECT_TRUE(server.requests().empty());
}

TEST_P(ClientCertificate, MayBeMissingWhereItIsOptional) {
  for (const bool tickets : {true, false}) {
    server_options o;
    o.ask_for_client_certificate = true;
    o.only_tls_1_2 = GetParam();
    o.no_tickets = !tickets;  // then silence is consent
    scripted_server server(o);
    server.when("/x").reply(200);
    client c(server);
    const auto fact = c.send("/x");
    EXPECT_EQ(fact.status, 200) << fact.detail;
    EXPECT_EQ(c.send("/x").status, 200);
    EXPECT_EQ(server.connections(), 1u);
  }
}

// The same words later are no word about the certificate: a request was answered meanwhile.
TEST(ServerIdentity, AClosedConnectionAfterAReplyIsNotAboutTheCertificate) {
  auto o = server_options{};
  o.ask_for_client_certificate = true;
  scripted_server server(o);
  server.when("/x").reply(200).raw("").and_close();
  client c(server);
  EXPECT_EQ(c.send("/x").status, 200);
  const auto fact = c.send("/x", freshness::any, "{}");
  EXPECT_EQ(fact.reached, phase::maybe_applied);
  EXPECT_EQ(fact.fault, transport_fault::closed);
}

std::string certificate_failure(const std::string& cert, const std::string& private_key) {
  boost::asio::io_context io;
  transport_options options;
  options.target = *parse_endpoint("https://127.0.0.1", false);
  options.cert_file = cert;
  options.key_file = private_key;
  const auto made = connection_pool::create(io, options);
  if (made) return "no failure";
  EXPECT_EQ(made.error().kind, failure_kind::usage);
  return to_string(made.error());
}

TEST(ClientCertificateFiles, ThatCannotBeUsedAreNamed) {
  const auto own = client_certificate(), other = client_certificate();
  const pem_file cert(to_pem(own)), private_key(key_to_pem(own)), foreign(key_to_pem(other)),
      encrypted(key_to_pem(own, "hunter2hunter2")), text("nothing in PEM\n"), empty("");
  auto damaged_text = to_pem(own);
  damaged_text.insert(damaged_text.size() / 2, "AAAA");
  const pem_file damaged(damaged_text), damaged_chain(to_pem(own) + damaged_text);
  auto damaged_key_text = key_to_pem(own);
  damaged_key_text.insert(damaged_key_text.size() / 2, "AAAA");
  const pem_file damaged_key(damaged_key_text);

  EXPECT_EQ(certificate_failure(cert.path(), private_key.path()), "no failure");
  EXPECT_THAT(
      certificate_failure("/nonexistent/c.pem", ""),
      HasSubstr(
          "/nonexistent/c.pem: cannot be read: No such file or directory; tls.cert (option cert_file)"));
  EXPECT_THAT(certificate_failure("/tmp", ""), HasSubstr("/tmp: cannot be read: Is a directory"));
  EXPECT_THAT(
      certificate_failure(cert.path(), "/nonexistent/k.pem"),
      HasSubstr("/nonexistent/k.pem: cannot be read: No such file or directory; tls.key (option key_file)"));
  for (const auto* file : {&text, &empty, &private_key})
    EXPECT_THAT(certificate_failure(file->path(), private_key.path()),
                HasSubstr(file->path() + ": holds no certificate; tls.cert (option cert_file)"));
  EXPECT_THAT(certificate_failure(damaged.path(), private_key.path()),
              HasSubstr(damaged.path() + ": certificate 1 is damaged: "));
  EXPECT_THAT(certificate_failure(damaged_chain.path(), private_key.path()),
              HasSubstr(damaged_chain.path() + ": certificate 2 is damaged: "));
  for (const auto* file : {&text, &empty, &cert})
    EXPECT_THAT(certificate_failure(cert.path(), file->path()),
                HasSubstr(file->path() + ": holds no private key"));
  EXPECT_THAT(
      certificate_failure(cert.path(), ""),
      HasSubstr(cert.path() + ": holds no private key; name the file that holds it with option key_file"));
  EXPECT_THAT(certificate_failure(cert.path(), damaged_key.path()),
              HasSubstr(damaged_key.path() + ": the private key is damaged"));
  EXPECT_THAT(certificate_failure(cert.path(), encrypted.path()),
              HasSubstr(encrypted.path() + ": the private key is encrypted"));
  EXPECT_THAT(
      certificate_failure(cert.path(), foreign.path()),
      HasSubstr(foreign.path() + ": the private key is not the one of the certificate in " + cert.path()));
}

}  // namespace
}  // namespace pawl::http
