#include "tests/sandbox/tls_identity.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace sandbox {
namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

[[noreturn]] void fail(std::string_view doing) {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  throw std::runtime_error("TLS identity: " + std::string{doing} + ": " + text);
}

void check(bool good, std::string_view doing) {
  if (!good) fail(doing);
}

key_ptr make_key() {
  key_ptr key{EVP_EC_gen("P-256")};
  check(key != nullptr, "making a key");
  return key;
}

constexpr long day = 86'400;

struct certificate_request {
  const char* name;
  const char* alternative_names = nullptr;
  const char* basic_constraints = "critical,CA:FALSE";
  const char* key_usage = "critical,digitalSignature";
  const char* extended_usage = nullptr;
  long from = -day, until = 30 * day;  // in seconds from now
};

void add_extension(X509* certificate, X509* issuer, int id, const char* value) {
  if (value == nullptr) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const extension_ptr extension{X509V3_EXT_conf_nid(nullptr, &context, id, value)};
  check(extension != nullptr, "making an extension");
  check(X509_add_ext(certificate, extension.get(), -1) == 1, "adding an extension");
}

// Makes a certificate; a null `issuer` makes it self-signed.
certificate_ptr make_certificate(const certificate_request& wanted, EVP_PKEY* key, X509* issuer,
                                 EVP_PKEY* issuer_key) {
  certificate_ptr made{X509_new()};
  check(made != nullptr, "making a certificate");
  X509* c = made.get();
  check(X509_set_version(c, X509_VERSION_3) == 1, "setting the version");
  std::uint64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "drawing a serial number");
  check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(c), serial >> 1 | 1) == 1, "setting the serial number");
  check(X509_gmtime_adj(X509_getm_notBefore(c), wanted.from) != nullptr, "setting the start");
  check(X509_gmtime_adj(X509_getm_notAfter(c), wanted.until) != nullptr, "setting the end");
  X509_NAME* name = X509_get_subject_name(c);
  check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(wanted.name), -1, -1, 0) == 1,
        "setting the name");
  X509* by = issuer != nullptr ? issuer : c;
  check(X509_set_issuer_name(c, X509_get_subject_name(by)) == 1, "setting the issuer");
  check(X509_set_pubkey(c, key) == 1, "setting the key");
  add_extension(c, by, NID_basic_constraints, wanted.basic_constraints);
  add_extension(c, by, NID_key_usage, wanted.key_usage);
  add_extension(c, by, NID_ext_key_usage, wanted.extended_usage);
  add_extension(c, by, NID_subject_alt_name, wanted.alternative_names);
  add_extension(c, by, NID_subject_key_identifier, "hash");
  if (issuer != nullptr) add_extension(c, by, NID_authority_key_identifier, "keyid:always");
  check(X509_sign(c, issuer_key != nullptr ? issuer_key : key, EVP_sha256()) > 0, "signing");
  return made;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const bio_ptr bio{BIO_new(BIO_s_mem())};
  check(bio && PEM_write_bio_X509(bio.get(), certificate) == 1, "writing a certificate");
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const bio_ptr bio{BIO_new(BIO_s_mem())};
  check(bio && PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "writing a key");
  return text_of(bio.get());
}

struct authority {
  key_ptr key = make_key();
  certificate_ptr certificate;

  authority() {
    certificate_request r;
    r.name = "pawl-sandbox CA";
    r.basic_constraints = "critical,CA:TRUE,pathlen:0";
    r.key_usage = "critical,keyCertSign,cRLSign";
    certificate = make_certificate(r, key.get(), nullptr, nullptr);
  }
};

}  // namespace

tls_identity make_tls_identity(const tls_options& options) {
  const authority ca;
  const key_ptr server_key = make_key(), client_key = make_key();

  certificate_request server;
  server.name = "localhost";
  server.alternative_names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  server.extended_usage = "serverAuth";
  X509* issuer = ca.certificate.get();
  EVP_PKEY* issuer_key = ca.key.get();
  std::unique_ptr<authority> stranger;
  switch (options.kind) {
    case certificate_kind::good:
      break;
    case certificate_kind::wrong_host:
      server.name = "other.example";
      server.alternative_names = "DNS:other.example";
      break;
    case certificate_kind::expired:
      server.from = -30 * day;
      server.until = -day;
      break;
    case certificate_kind::not_yet_valid:
      server.from = day;
      break;
    case certificate_kind::self_signed:
      issuer = nullptr;
      issuer_key = nullptr;
      break;
    case certificate_kind::wrong_ca:
      stranger = std::make_unique<authority>();
      issuer = stranger->certificate.get();
      issuer_key = stranger->key.get();
      break;
    case certificate_kind::client_only:
      server.extended_usage = "clientAuth";
      break;
  }
  const certificate_ptr server_certificate = make_certificate(server, server_key.get(), issuer, issuer_key);

  certificate_request client;
  client.name = "pawl-sandbox client";
  client.extended_usage = "clientAuth";
  const certificate_ptr client_certificate =
      make_certificate(client, client_key.get(), ca.certificate.get(), ca.key.get());

  tls_identity made{boost::asio::ssl::context{boost::asio::ssl::context::tls_server},
                    pem_of(ca.certificate.get()), pem_of(client_certificate.get()), pem_of(client_key.get())};
  SSL_CTX* context = made.context.native_handle();
  check(SSL_CTX_use_certificate(context, server_certificate.get()) == 1, "using the certificate");
  check(SSL_CTX_use_PrivateKey(context, server_key.get()) == 1, "using the key");
  if (options.newest == 11) {
    // OpenSSL 3 allows TLS 1.1 only at security level 0.
    SSL_CTX_set_security_level(context, 0);
    check(SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") == 1, "choosing the ciphers");
    check(SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1, "setting the oldest version");
    check(SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION) == 1, "setting the newest version");
  } else {
    check(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1, "setting the oldest version");
    check(SSL_CTX_set_max_proto_version(context, options.newest == 12 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1,
          "setting the newest version");
  }
  constexpr std::string_view session_context = "pawl-sandbox";
  check(
      SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(session_context.data()),
                                     static_cast<unsigned>(session_context.size())) == 1,
      "setting the session context");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (options.require_client_certificate) {
    check(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.certificate.get()) == 1, "trusting the CA");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return made;
}

}  // namespace sandbox
