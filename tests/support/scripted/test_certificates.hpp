// Certificates for tests, made at run time: a CA, and leaf certificates good and bad.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct x509_st;
struct evp_pkey_st;

namespace pawl::testing {

enum class certificate_kind {
  good,           // for localhost, 127.0.0.1 and ::1, signed by the CA
  self_signed,    // signed by itself
  wrong_host,     // for other.example only
  only_subject,   // localhost in the subject, no alternative name
  expired,        // until yesterday
  not_yet_valid,  // from tomorrow
};

enum class key_kind { ec, rsa_2048, rsa_1024, ed25519 };

// What a certificate says; the default is a good one for localhost, 127.0.0.1 and ::1.
struct certificate_wish {
  std::string common_name = "localhost";
  std::string alternative_names =
      "DNS:localhost,IP:127.0.0.1,IP:::1";  // as openssl.cnf has them; empty: none
  std::string constraints = "critical,CA:FALSE";
  std::string key_usage, extended_usage, name_constraints;  // empty: none
  bool unknown_critical_extension = false;
  key_kind key = key_kind::ec;
  std::string digest = "SHA256";  // of the signature on it; not used if the issuer has an Ed25519 key
  int days_from = -1, days_until = 10;
};

struct free_x509 {
  void operator()(x509_st*) const noexcept;
};
struct free_key {
  void operator()(evp_pkey_st*) const noexcept;
};

struct certificate {
  std::unique_ptr<x509_st, free_x509> x509;
  std::unique_ptr<evp_pkey_st, free_key> key;
};

// The leaf first, then the certificates that are sent with it.
using certificate_chain = std::vector<certificate>;
// Moves the certificates into a chain: `chain_of(leaf, intermediate)`.
template <class... More>
std::shared_ptr<const certificate_chain> chain_of(certificate leaf, More... more) {
  auto chain = std::make_shared<certificate_chain>();
  chain->push_back(std::move(leaf));
  (chain->push_back(std::move(more)), ...);
  return chain;
}

// The CA of this process, made once. The functions below throw std::runtime_error if OpenSSL fails.
const certificate& test_ca();
certificate make_certificate(certificate_kind);
// Makes a certificate signed by `issuer`; null: signed by itself.
certificate issue(const certificate_wish&, const certificate* issuer);
// A wish for a CA with that name.
certificate_wish ca_wish(std::string name);

std::string to_pem(const certificate&);                                           // the certificate alone
std::string key_to_pem(const certificate&, const std::string& pass_phrase = {});  // empty: not encrypted

}  // namespace pawl::testing
