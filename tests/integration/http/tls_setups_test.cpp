// Which servers get the key, and which never do: certificates, names, protocols and chains, good and bad,
// over real TLS. What a server got is asked of the server.
#include "tests/integration/http/client.hpp"
#include "tests/support/files.hpp"
#include "tests/support/scripted/scripted_proxy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <tuple>

#include <unistd.h>

namespace pawl::http {
namespace {

using testing::ca_wish;
using testing::certificate_wish;
using testing::chain_of;
using ::testing::HasSubstr;
using testing::issue;
using testing::key_kind;
using ::testing::Not;
using testing::scripted_proxy;
using testing::scripted_server;
using testing::server_options;
using testing::test_ca;

constexpr const char* key = "pl_v2_the_key_of_this_test";

std::string request_with_key() {
  return std::string("PATCH /x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ") + key +
         "\r\nContent-Length: 2\r\n\r\n{}";
}

struct setup {
  const char* name;
  std::function<void(server_options&)> change;
  const char* host;    // null: the server's address
  const char* detail;  // part of what is wrong; null: nothing is
  transport_fault fault = transport_fault::untrusted;
};

// A server with one certificate of the test's CA.
std::function<void(server_options&)> leaf(std::function<void(certificate_wish&)> change) {
  return [change = std::move(change)](server_options& o) {
    certificate_wish wish;
    change(wish);
    o.chain = chain_of(issue(wish, &test_ca()));
  };
}

// A server with a certificate of an intermediate authority.
std::function<void(server_options&)> below(std::function<void(certificate_wish&)> intermediate,
                                           bool sent = true) {
  return [intermediate = std::move(intermediate), sent](server_options& o) {
    auto wish = ca_wish("pawl intermediate");
    intermediate(wish);
    auto middle = issue(wish, &test_ca());
    auto end = issue(certificate_wish{}, &middle);
    o.chain = sent ? chain_of(std::move(end), std::move(middle)) : chain_of(std::move(end));
  };
}

void as_it_is(certificate_wish&) {}

const setup bad[] = {
    {"WrongName", leaf([](auto& w) { w.alternative_names = "DNS:other.example"; }), "localhost",
     "hostname mismatch"},
    {"WrongAddress", leaf([](auto& w) { w.alternative_names = "IP:127.0.0.2,DNS:localhost"; }), nullptr,
     "IP address mismatch"},
    {"AddressAsAName", leaf([](auto& w) { w.alternative_names = "DNS:127.0.0.1"; }), nullptr,
     "IP address mismatch"},
    {"NameInTheSubjectOnly", leaf([](auto& w) { w.alternative_names.clear(); }), "localhost",
     "hostname mismatch"},
    {"WildcardOverTwoLabels", leaf([](auto& w) { w.alternative_names = "DNS:*.pawl.invalid"; }),
     "a.b.pawl.invalid", "hostname mismatch"},
    {"WildcardForItsOwnDomain", leaf([](auto& w) { w.alternative_names = "DNS:*.pawl.invalid"; }),
     "pawl.invalid", "hostname mismatch"},
    {"WildcardOfATopLevelDomain", leaf([](auto& w) { w.alternative_names = "DNS:*.invalid"; }),
     "pawl.invalid", "hostname mismatch"},
    {"WildcardInsideALabel", leaf([](auto& w) { w.alternative_names = "DNS:a*.pawl.invalid"; }),
     "api.pawl.invalid", "hostname mismatch"},
    {"Expired", leaf([](auto& w) {
       w.days_from = -10;
       w.days_until = -1;
     }),
     nullptr, "has expired"},
    {"NotYetValid", leaf([](auto& w) { w.days_from = 1; }), nullptr, "not yet valid"},
    {"SelfSigned", [](auto& o) { o.chain = chain_of(issue(certificate_wish{}, nullptr)); }, nullptr,
     "self-signed"},
    // A stranger with the name of the CA.
    {"WrongCa",
     [](auto& o) {
       const auto stranger = issue(ca_wish("pawl test CA"), nullptr);
       o.chain = chain_of(issue(certificate_wish{}, &stranger));
     },
     nullptr, "certificate"},
    {"SelfSignedCaInTheChain",
     [](auto& o) {
       auto stranger = issue(ca_wish("a stranger"), nullptr);
       auto end = issue(certificate_wish{}, &stranger);
       o.chain = chain_of(std::move(end), std::move(stranger));
     },
     nullptr, "self-signed certificate in certificate chain"},
    {"IntermediateNotSent", below(as_it_is, false), nullptr, "unable to get local issuer"},
    {"IntermediateIsNoCa", below([](auto& w) {
       w.constraints = "critical,CA:FALSE";
       w.key_usage.clear();
     }),
     nullptr, "invalid CA certificate"},
    {"IntermediateExpired", below([](auto& w) {
       w.days_from = -10;
       w.days_until = -1;
     }),
     nullptr, "has expired"},
    {"IntermediateForOtherNames",
     below([](auto& w) { w.name_constraints = "critical,permitted;DNS:other.example"; }), "localhost",
     "permitted subtree violation"},
    {"ForClientsOnly", leaf([](auto& w) { w.extended_usage = "clientAuth"; }), nullptr, "purpose"},
    {"KeyForOtherUses", leaf([](auto& w) { w.key_usage = "critical,cRLSign"; }), nullptr, "purpose"},
    {"UnknownCriticalExtension", leaf([](auto& w) { w.unknown_critical_extension = true; }), nullptr,
     "unhandled critical extension"},
    {"WeakKey", leaf([](auto& w) { w.key = key_kind::rsa_1024; }), nullptr, "key too weak"},
    {"Sha1Signature", leaf([](auto& w) { w.digest = "SHA1"; }), nullptr, "digest algorithm too weak"},
    {"Md5Signature",
     [](auto& o) {
       auto middle_wish = ca_wish("pawl intermediate");
       middle_wish.key = key_kind::rsa_2048;
       auto middle = issue(middle_wish, &test_ca());
       certificate_wish wish;
       wish.digest = "MD5";
       auto end = issue(wish, &middle);
       o.chain = chain_of(std::move(end), std::move(middle));
     },
     nullptr, "digest algorithm too weak"},
    {"Tls10Only", [](auto& o) { o.only_tls_1_0 = true; }, nullptr, "", transport_fault::handshake},
    {"Tls11Only", [](auto& o) { o.only_tls_1_1 = true; }, nullptr, "", transport_fault::handshake},
    {"NoTlsAtAll", [](auto& o) { o.plain_greeting = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"; },
     nullptr, "", transport_fault::handshake},
};

const setup good[] = {
    {"Name", leaf([](auto& w) { w.alternative_names = "DNS:localhost"; }), "localhost", nullptr},
    {"NameInUpperCase", leaf([](auto& w) { w.alternative_names = "DNS:LocalHost"; }), "LOCALHOST", nullptr},
    {"NameWithATrailingDot", leaf([](auto& w) { w.alternative_names = "DNS:api.pawl.invalid"; }),
     "api.pawl.invalid.", nullptr},
    {"OneOfManyNames", leaf([](auto& w) {
       w.common_name = "other.example";
       w.alternative_names = "DNS:a.example,DNS:b.example,IP:10.0.0.1,DNS:localhost";
     }),
     "localhost", nullptr},
    {"Address", leaf([](auto& w) { w.alternative_names = "IP:127.0.0.1"; }), nullptr, nullptr},
    {"Address6",
     [](auto& o) {
       certificate_wish wish;
       wish.alternative_names = "IP:::1";
       o.chain = chain_of(issue(wish, &test_ca()));
       o.address = "::1";
     },
     nullptr, nullptr},
    {"WildcardOverOneLabel", leaf([](auto& w) { w.alternative_names = "DNS:*.pawl.invalid"; }),
     "api.pawl.invalid", nullptr},
    {"IntermediateSent", below(as_it_is), nullptr, nullptr},
    {"IntermediateForTheseNames", below([](auto& w) {
       w.name_constraints =
           "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,permitted;IP:::1/"
           "FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF";
     }),
     "localhost", nullptr},
    {"TwoIntermediates",
     [](auto& o) {
       auto upper = issue(ca_wish("pawl upper"), &test_ca());
       auto lower = issue(ca_wish("pawl lower"), &upper);
       auto end = issue(certificate_wish{}, &lower);
       o.chain = chain_of(std::move(end), std::move(lower), std::move(upper));
     },
     nullptr, nullptr},
    {"ForServers", leaf([](auto& w) {
       w.extended_usage = "serverAuth";
       w.key_usage = "critical,digitalSignature";
     }),
     nullptr, nullptr},
    {"EcKey", leaf([](auto& w) { w.key = key_kind::ec; }), nullptr, nullptr},
    {"RsaKey", leaf([](auto& w) { w.key = key_kind::rsa_2048; }), nullptr, nullptr},
    {"Ed25519Key", leaf([](auto& w) { w.key = key_kind::ed25519; }), nullptr, nullptr},
    {"Sha512Signature", leaf([](auto& w) { w.digest = "SHA512"; }), nullptr, nullptr},
    {"Tls12Only", [](auto& o) { o.only_tls_1_2 = true; }, nullptr, nullptr},
    {"Tls13Only", [](auto& o) { o.only_tls_1_3 = true; }, nullptr, nullptr},
    {"NoSessionTickets", [](auto& o) { o.no_tickets = true; }, nullptr, nullptr},
    // The certificate that is served to whoever names nobody would not do.
    {"CertificateChosenByName",
     [](auto& o) {
       certificate_wish other;
       other.alternative_names = "DNS:other.example";
       o.chain = chain_of(issue(other, &test_ca()));
       o.chain_by_name["localhost"] = chain_of(issue(certificate_wish{}, &test_ca()));
     },
     "localhost", nullptr},
};

// Where the test's CA stands.
enum class trusted_by { ca_file, system_file, system_directory };
constexpr std::array<const char*, 3> way_names{"ByCaFile", "BySystemFile", "BySystemDirectory"};

// The system's certificates for pools that are made meanwhile: one in its file, or in its directory.
class system_certificates {
 public:
  system_certificates(trusted_by way, const testing::certificate& authority) {
    const auto pem = to_pem(authority);
    char name[32];
    std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(authority.x509.get()));
    pawl::test::write_file(directory_ / name, way == trusted_by::system_directory ? pem : "");
    pawl::test::write_file(directory_ / "file.pem", way == trusted_by::system_file ? pem : "");
    ::setenv("SSL_CERT_FILE", (directory_ / "file.pem").c_str(), 1);
    ::setenv("SSL_CERT_DIR", directory_.path().c_str(), 1);
  }
  ~system_certificates() {
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
  }
  system_certificates(const system_certificates&) = delete;
  system_certificates& operator=(const system_certificates&) = delete;

 private:
  pawl::test::temp_dir directory_;
};

class TlsSetup : public ::testing::TestWithParam<std::tuple<setup, trusted_by>> {};
constexpr auto setup_name = [](const ::testing::TestParamInfo<TlsSetup::ParamType>& tested) {
  return std::string(std::get<0>(tested.param).name) +
         way_names[static_cast<std::size_t>(std::get<1>(tested.param))];
};
const auto all_ways =
    ::testing::Values(trusted_by::ca_file, trusted_by::system_file, trusted_by::system_directory);
INSTANTIATE_TEST_SUITE_P(Bad, TlsSetup, ::testing::Combine(::testing::ValuesIn(bad), all_ways), setup_name);
INSTANTIATE_TEST_SUITE_P(Good, TlsSetup, ::testing::Combine(::testing::ValuesIn(good), all_ways), setup_name);

kept_fact send_key(client& c) {
  kept_fact fact;
  c.run([&]() -> boost::asio::awaitable<void> { fact = co_await c.attempt(request_with_key()); });
  return fact;
}

TEST_P(TlsSetup, DecidesWhoGetsTheKey) {
  const auto& [s, way] = GetParam();
  const system_certificates system(way, test_ca());
  server_options o;
  s.change(o);
  scripted_server server(o);
  server.when("/x").reply(200);
  // Names that resolve nowhere are found by a proxy, which leads to this server whatever the name.
  scripted_proxy proxy({.lead_to = server.port()});
  const std::string host = s.host != nullptr ? s.host : "";
  client user(server, [&, way = way](transport_options& t) {
    if (way != trusted_by::ca_file) t.ca_file.clear();
    if (host.empty()) return;
    t.target = *parse_endpoint("https://" + host + ":" + std::to_string(server.port()), false);
    if (host.find('.') != std::string::npos) t.proxy = *parse_proxy(proxy.url());
  });
  const auto fact = send_key(user);
  EXPECT_THAT(server.wire(), Not(HasSubstr(key)));
  EXPECT_THAT(proxy.tunnelled(), Not(HasSubstr(key)));
  if (s.detail == nullptr) {
    EXPECT_EQ(fact.status, 200) << to_string(fact.fault) << ": " << fact.detail;
    ASSERT_EQ(server.requests().size(), 1u);
    EXPECT_THAT(server.requests()[0].head, HasSubstr(key));
    return;
  }
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, s.fault) << to_string(fact.fault) << ": " << fact.detail;
  EXPECT_THAT(fact.detail, HasSubstr(s.detail));
  EXPECT_FALSE(fact.detail.empty());
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(user.pool().open_connections(), 0u);
}

class ca_pem_file {
 public:
  explicit ca_pem_file(const std::string& content)
      : path_(::testing::TempDir() + "pawl-tls-setups-" + std::to_string(::getpid()) + ".pem") {
    std::ofstream(path_) << content;
  }
  ~ca_pem_file() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// With a CA file of our own, and perhaps another one as the system's.
kept_fact send_trusting(const scripted_server& server, const std::string& ca_file,
                        const std::string& system_file = {}) {
  if (!system_file.empty()) ::setenv("SSL_CERT_FILE", system_file.c_str(), 1);
  client c(server, [&](transport_options& t) { t.ca_file = ca_file; });
  auto fact = send_key(c);
  ::unsetenv("SSL_CERT_FILE");
  return fact;
}

TEST(TlsTrust, ACaFileStandsBesideTheSystemsCertificates) {
  const auto other_ca = issue(ca_wish("another CA"), nullptr);
  server_options o;
  o.chain = chain_of(issue(certificate_wish{}, &other_ca));
  scripted_server of_other(o), of_test;
  of_other.when("/x").reply(200);
  of_test.when("/x").reply(200);
  const ca_pem_file other(to_pem(other_ca));
  EXPECT_EQ(send_trusting(of_test, of_test.ca_file(), other.path()).status, 200);
  EXPECT_EQ(send_trusting(of_other, of_test.ca_file(), other.path()).status, 200);
  EXPECT_EQ(send_trusting(of_other, "", other.path()).status, 200);
  EXPECT_EQ(send_trusting(of_other, of_test.ca_file()).fault, transport_fault::untrusted);
}

// Of two authorities with one name, the directory has the one that did not sign.
TEST(TlsTrust, TheSystemsFileCountsWhereItsDirectoryHasAnotherOfThatName) {
  const auto signer = issue(ca_wish("twin CA"), nullptr), twin = issue(ca_wish("twin CA"), nullptr);
  server_options o;
  o.chain = chain_of(issue(certificate_wish{}, &signer));
  scripted_server server(o);
  server.when("/x").reply(200);
  const ca_pem_file of_signer(to_pem(signer));
  const system_certificates directory(trusted_by::system_directory, twin);
  ::setenv("SSL_CERT_FILE", of_signer.path().c_str(), 1);
  client c(server, [](transport_options& t) { t.ca_file.clear(); });
  EXPECT_EQ(send_key(c).status, 200);
}

// RFC 8446 9.1 has every server know it.
TEST(TlsTrust, TheShorterKeyIsAskedForFirst) {
  scripted_server server;
  server.when("/x").reply(200);
  client c(server);
  c.run([&]() -> boost::asio::awaitable<void> {
    const auto got = co_await c.pool().acquire(freshness::any);
    EXPECT_EQ(got.connection.peer().cipher, "TLS_AES_128_GCM_SHA256");
  });
}

TEST(TlsTrust, ACaFileMayHoldSeveralAuthorities) {
  scripted_server server;
  server.when("/x").reply(200);
  const ca_pem_file both("Notes of people may stand here.\n" + to_pem(issue(ca_wish("another CA"), nullptr)) +
                         "\n" + to_pem(test_ca()));
  EXPECT_EQ(send_trusting(server, both.path()).status, 200);
}

TEST(TlsTrust, ASelfSignedCertificateIsTrustedWhereItIsItsOwnCaFile) {
  auto self_signed = issue(certificate_wish{}, nullptr);
  const ca_pem_file itself(to_pem(self_signed));
  server_options o;
  o.chain = chain_of(std::move(self_signed));
  scripted_server server(o);
  server.when("/x").reply(200);
  EXPECT_EQ(send_trusting(server, itself.path()).status, 200);
}

TEST(TlsTrust, AResumedSessionIsOneThatWasVerified) {
  for (const bool tls_1_2 : {false, true}) {
    server_options o;
    o.only_tls_1_2 = tls_1_2;
    scripted_server server(o);
    server.when("/x").reply(200, "Connection: close");
    client c(server);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(send_key(c).status, 200);
    EXPECT_EQ(server.connections(), 3u);
    EXPECT_EQ(server.resumed_handshakes(), 2u) << (tls_1_2 ? "TLS 1.2" : "TLS 1.3");
  }
}

}  // namespace
}  // namespace pawl::http
