#include "tests/support/scripted/test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace pawl::testing {
namespace {

constexpr long day = 24 * 60 * 60;

void check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("test certificate: ") + what);
}

void add_extension(X509* to, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  check(extension != nullptr, value);
  const bool added = X509_add_ext(to, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  check(added, value);
}

// A new key and a certificate for it, not signed yet.
certificate begin(const char* common_name, long serial, long from, long until) {
  certificate c;
  c.key.reset(EVP_EC_gen("P-256"));
  check(c.key != nullptr, "key");
  c.x509.reset(X509_new());
  check(c.x509 != nullptr, "X509");
  auto* x = c.x509.get();
  check(X509_set_version(x, X509_VERSION_3) == 1, "version");
  check(ASN1_INTEGER_set(X509_get_serialNumber(x), serial) == 1, "serial");
  check(X509_gmtime_adj(X509_getm_notBefore(x), from) != nullptr, "not before");
  check(X509_gmtime_adj(X509_getm_notAfter(x), until) != nullptr, "not after");
  check(X509_set_pubkey(x, c.key.get()) == 1, "public key");
  const auto* name = reinterpret_cast<const unsigned char*>(common_name);
  check(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1,
        "name");
  return c;
}

void sign(const certificate& c, const certificate& by) {
  check(X509_set_issuer_name(c.x509.get(), X509_get_subject_name(by.x509.get())) == 1, "issuer");
  check(X509_sign(c.x509.get(), by.key.get(), EVP_sha256()) > 0, "signature");
}

certificate make_ca() {
  auto ca = begin("pawl test CA", 1, -day, 30 * day);
  add_extension(ca.x509.get(), ca.x509.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(ca.x509.get(), ca.x509.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca.x509.get(), ca.x509.get(), NID_subject_key_identifier, "hash");
  sign(ca, ca);
  return ca;
}

}  // namespace

void free_x509::operator()(x509_st* x) const noexcept {
  X509_free(x);
}
void free_key::operator()(evp_pkey_st* k) const noexcept {
  EVP_PKEY_free(k);
}

const certificate& test_ca() {
  static const certificate ca = make_ca();
  return ca;
}

certificate make_certificate(certificate_kind kind) {
  using enum certificate_kind;
  const long from = kind == not_yet_valid ? day : kind == expired ? -10 * day : -day;
  const long until = kind == expired ? -day : 10 * day;
  auto c = begin(kind == wrong_host ? "other.example" : "localhost", 2, from, until);
  auto* x = c.x509.get();
  add_extension(x, test_ca().x509.get(), NID_basic_constraints, "critical,CA:FALSE");
  if (kind == wrong_host)
    add_extension(x, test_ca().x509.get(), NID_subject_alt_name, "DNS:other.example");
  else if (kind != only_subject)
    add_extension(x, test_ca().x509.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  sign(c, kind == self_signed ? c : test_ca());
  return c;
}

std::string to_pem(const certificate& c) {
  BIO* memory = BIO_new(BIO_s_mem());
  check(memory != nullptr, "memory");
  const bool written = PEM_write_bio_X509(memory, c.x509.get()) == 1;
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  check(written, "PEM");
  return pem;
}

}  // namespace pawl::testing
