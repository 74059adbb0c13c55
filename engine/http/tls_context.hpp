// What all TLS connections to one endpoint share: trusted certificates, protocol bounds, and one session to
// resume. OpenSSL stays in the .cpp. Network thread only.
#pragma once

#include "engine/http/endpoint.hpp"
#include "engine/http/system_trust.hpp"
#include "engine/model/error.hpp"

#include <memory>
#include <string>

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;

namespace pawl::http {

// PEM files; empty: none.
struct tls_files {
  std::string ca;    // certificates that are trusted beside the system's
  std::string cert;  // the client certificate, then those that signed it
  std::string key;   // its private key, not encrypted; empty: the key is in `cert` too
};

class tls_context {
 public:
  // Trusts the system's certificates (OpenSSL's default paths; SSL_CERT_FILE and SSL_CERT_DIR change them)
  // and those of `ca`. Allows TLS 1.2 and later. Reads the named files now. Failures are of kind usage and
  // name the file and the reason.
  static expected<std::unique_ptr<tls_context>> create(const endpoint&, const tls_files&);
  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  // Makes a client session that verifies the endpoint's name (or address), sends the name (SNI; not for an
  // address), and resumes the last session if there is one. Null: out of memory; OpenSSL's error queue says
  // so.
  ssl_st* new_session() const;

  bool has_client_certificate() const noexcept { return has_client_certificate_; }

  // Makes the next session begin with a full handshake.
  void forget_session() const noexcept;

 private:
  struct free_context {
    void operator()(ssl_ctx_st*) const noexcept;
  };
  struct free_session {
    void operator()(ssl_session_st*) const noexcept;
  };
  tls_context() = default;
  static int remember(ssl_st*, ssl_session_st*);  // OpenSSL calls it with a session that can be resumed

  system_trust trust_;
  std::unique_ptr<ssl_ctx_st, free_context> context_;
  // One session is enough, because there is one peer. To use a TLS 1.3 ticket twice only lets others link the
  // connections, which use one key anyway; a server that takes a ticket only once does a full handshake.
  mutable std::unique_ptr<ssl_session_st, free_session> session_;
  std::string host_;  // without a trailing dot, which certificates and SNI do not have
  bool host_is_address_ = false;
  bool has_client_certificate_ = false;
};

}  // namespace pawl::http
