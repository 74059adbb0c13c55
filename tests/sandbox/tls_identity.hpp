// The TLS identity of the sandbox: a certificate authority and certificates that are made at each start, in
// memory. Private keys are not written to a disk, except for the client's, which is written only where the
// user asks for it.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace sandbox {

enum class certificate_kind {
  good,           // for localhost, 127.0.0.1 and ::1, signed by the CA
  wrong_host,     // for other.example
  expired,        // since yesterday
  not_yet_valid,  // from tomorrow on
  self_signed,    // signed by itself only
  wrong_ca,       // signed by a CA that is not the one of ca_pem
  client_only,    // good, but only for TLS clients (extended key usage)
};

struct tls_options {
  certificate_kind kind = certificate_kind::good;
  int newest = 13;  // newest TLS version offered: 13, 12 or 11 (the last offers nothing newer than TLS 1.1)
  bool require_client_certificate = false;
};

struct tls_identity {
  boost::asio::ssl::context context;
  std::string ca_pem;
  std::string client_certificate_pem, client_key_pem;  // signed by the CA
};

// Throws std::runtime_error with OpenSSL's words if OpenSSL refuses.
tls_identity make_tls_identity(const tls_options&);

}  // namespace sandbox
