#include "engine/http/tls_context.hpp"

#include "engine/http/client_certificate.hpp"
#include "engine/http/openssl_words.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/whole_file.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::http {
namespace {

struct free_bio {
  void operator()(BIO* b) const noexcept { BIO_free(b); }
};
struct free_certificate {
  void operator()(X509* c) const noexcept { X509_free(c); }
};

failure bad_ca_file(const std::string& file, std::string what) {
  return failure{
      failure_kind::usage, file, std::move(what),
      "tls.ca_file (" + to_string(option::ca_file) + ") takes a PEM file with the certificates to trust"};
}

failure openssl_failure(const char* what) {
  return failure{failure_kind::mend, {}, std::string(what) + ": " + openssl_words(), {}};
}

status trust_file(SSL_CTX* context, const std::string& file) {
  constexpr std::size_t longest_file = 16u << 20;  // chosen: the bundles of systems have a quarter of a MiB
  std::string text;
  if (const auto failed = read_whole_file(file, longest_file, if_pipe::awaited, text))
    return bad_ca_file(file, trouble_in_words(failed));
  if (text.size() > longest_file) return bad_ca_file(file, "is larger than 16 MiB");
  const std::unique_ptr<BIO, free_bio> in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!in) return openssl_failure("the certificates cannot be read");
  auto* store = SSL_CTX_get_cert_store(context);
  for (int count = 0;; ++count) {
    ERR_clear_error();
    const std::unique_ptr<X509, free_certificate> certificate(
        PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) {
      const auto code = ERR_peek_last_error();
      const bool at_end = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
      if (!at_end)
        return bad_ca_file(file,
                           "certificate " + std::to_string(count + 1) + " is damaged: " + openssl_words());
      ERR_clear_error();
      if (count == 0) return bad_ca_file(file, "holds no certificate");
      return {};
    }
    if (X509_STORE_add_cert(store, certificate.get()) != 1)
      return bad_ca_file(file,
                         "certificate " + std::to_string(count + 1) + " cannot be used: " + openssl_words());
  }
}

// The TLS 1.3 cipher suites, in the order in which they are offered.
std::vector<std::string> offered_suites(const SSL_CTX* context) {
  std::vector<std::string> names;
  const auto* all = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    const auto* cipher = sk_SSL_CIPHER_value(all, i);
    if (SSL_CIPHER_get_kx_nid(cipher) == NID_kx_any) names.emplace_back(SSL_CIPHER_get_name(cipher));
  }
  return names;
}

// Prefers AES-128 to AES-256, as browsers and Go's crypto/tls do: 128 bits cannot be searched either, and
// AES-128 takes 10 rounds a block instead of 14 (0.15 us of an update with a 2.5 KB reply). Only if
// openssl.cnf has not set another order: the one below is OpenSSL's own, SSL_CTX_set_ciphersuites(3).
bool prefer_short_keys(SSL_CTX* context) {
  const std::vector<std::string> by_default{"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                                            "TLS_AES_128_GCM_SHA256"};
  if (offered_suites(context) != by_default) return true;
  return SSL_CTX_set_ciphersuites(
             context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1;
}

bool is_address(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

void tls_context::free_context::operator()(ssl_ctx_st* c) const noexcept {
  SSL_CTX_free(c);
}
void tls_context::free_session::operator()(ssl_session_st* s) const noexcept {
  SSL_SESSION_free(s);
}

tls_context::~tls_context() = default;

expected<std::unique_ptr<tls_context>> tls_context::create(const endpoint& target, const tls_files& files) {
  ERR_clear_error();
  std::unique_ptr<tls_context> made(new tls_context);
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* context = made->context_.get();
  if (context == nullptr) return openssl_failure("TLS cannot be set up");

  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    return openssl_failure("TLS 1.2 cannot be required");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Partial writes: if the socket takes only a part of a request, that part is counted, and the caller's
  // bytes may move between two tries.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!prefer_short_keys(context)) return openssl_failure("the cipher suites cannot be ordered");
  // Makes OpenSSL read a record with one receive instead of two (header, then rest).
  SSL_CTX_set_read_ahead(context, 1);
  if (!files.ca.empty())
    if (auto trusted = trust_file(context, files.ca); !trusted) return std::move(trusted.error());
  if (!made->trust_.apply_to(context)) return openssl_failure("the system's certificates cannot be used");
  if (!files.cert.empty())
    if (auto used = use_client_certificate(context, files.cert, files.key); !used)
      return std::move(used.error());
  made->has_client_certificate_ = !files.cert.empty();
  if (made->has_client_certificate_ && !made->trust_.complete())
    return openssl_failure("the system's certificates cannot be used");

  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data(context, made.get());
  SSL_CTX_sess_set_new_cb(context, &tls_context::remember);

  made->host_ = target.host;
  if (made->host_.ends_with('.')) made->host_.pop_back();
  made->host_is_address_ = is_address(made->host_);
  ERR_clear_error();
  return made;
}

int tls_context::remember(ssl_st* ssl, ssl_session_st* session) {
  auto* self = static_cast<tls_context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  self->session_.reset(session);
  return 1;  // 1: we have taken the reference
}

void tls_context::forget_session() const noexcept {
  session_.reset();
}

ssl_st* tls_context::new_session() const {
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), &SSL_free);
  if (!ssl) return nullptr;
  SSL_set_connect_state(ssl.get());
  if (host_is_address_) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host_.c_str()) != 1) return nullptr;
  } else {
    // RFC 9525 6.3: only names among the subject alternative names count, and a wildcard must be a whole
    // label.
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (SSL_set1_host(ssl.get(), host_.c_str()) != 1) return nullptr;
    // Does what the macro SSL_set_tlsext_host_name does, without its C cast. OpenSSL copies the name.
    std::string name = host_;
    if (SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1)
      return nullptr;
  }
  // A session that can no longer be resumed (expired) is no error: the handshake is then a full one.
  if (session_ && SSL_SESSION_is_resumable(session_.get()) == 1 &&
      SSL_set_session(ssl.get(), session_.get()) != 1)
    return nullptr;
  return ssl.release();
}

}  // namespace pawl::http
