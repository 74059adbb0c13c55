// Certificates for tests, made at run time: a CA, and leaf certificates good and bad.
#pragma once

#include <memory>
#include <string>

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

// The CA of this process, made once. Throw std::runtime_error if OpenSSL fails.
const certificate& test_ca();
certificate make_certificate(certificate_kind);
std::string to_pem(const certificate&);  // the certificate alone

}  // namespace pawl::testing
