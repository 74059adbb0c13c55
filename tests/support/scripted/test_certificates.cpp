#include "tests/support/scripted/test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

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

EVP_PKEY* make_key(key_kind kind) {
  switch (kind) {
    case key_kind::ec:
      return EVP_EC_gen("P-256");
    case key_kind::rsa_2048:
      return EVP_RSA_gen(2048);
    case key_kind::rsa_1024:
      return EVP_RSA_gen(1024);
    case key_kind::ed25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
  return nullptr;
}

certificate make_ca() {
  auto wish = ca_wish("pawl test CA");
  wish.days_until = 30;
  return issue(wish, nullptr);
}

template <class Write>
std::string written(Write write) {
  BIO* memory = BIO_new(BIO_s_mem());
  check(memory != nullptr, "memory");
  const bool done = write(memory) == 1;
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  check(done, "PEM");
  return pem;
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

certificate_wish ca_wish(std::string name) {
  certificate_wish wish;
  wish.common_name = std::move(name);
  wish.alternative_names.clear();
  wish.constraints = "critical,CA:TRUE";
  wish.key_usage = "critical,keyCertSign,cRLSign";
  return wish;
}

certificate issue(const certificate_wish& wish, const certificate* issuer) {
  static long serial = 0;  // tests make their certificates one after the other
  certificate c;
  c.key.reset(make_key(wish.key));
  check(c.key != nullptr, "key");
  c.x509.reset(X509_new());
  check(c.x509 != nullptr, "X509");
  auto* x = c.x509.get();
  X509* by = issuer != nullptr ? issuer->x509.get() : x;
  check(X509_set_version(x, X509_VERSION_3) == 1, "version");
  check(ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial) == 1, "serial");
  check(X509_gmtime_adj(X509_getm_notBefore(x), wish.days_from * day) != nullptr, "not before");
  check(X509_gmtime_adj(X509_getm_notAfter(x), wish.days_until * day) != nullptr, "not after");
  check(X509_set_pubkey(x, c.key.get()) == 1, "public key");
  const auto* name = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
  check(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1,
        "name");
  check(X509_set_issuer_name(x, X509_get_subject_name(by)) == 1, "issuer");
  const auto extend = [&](int nid, const std::string& value) {
    if (!value.empty()) add_extension(x, by, nid, value.c_str());
  };
  extend(NID_basic_constraints, wish.constraints);
  extend(NID_subject_alt_name, wish.alternative_names);
  extend(NID_key_usage, wish.key_usage);
  extend(NID_ext_key_usage, wish.extended_usage);
  extend(NID_name_constraints, wish.name_constraints);
  extend(NID_subject_key_identifier, "hash");
  if (wish.unknown_critical_extension) {
    static const int nid = OBJ_create("1.3.6.1.4.1.99999.1", "pawlTest", "pawl test extension");
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    const unsigned char null[] = {5, 0};
    ASN1_OCTET_STRING_set(value, null, sizeof null);
    X509_EXTENSION* extension = X509_EXTENSION_create_by_NID(nullptr, nid, 1, value);
    ASN1_OCTET_STRING_free(value);
    const bool added = extension != nullptr && X509_add_ext(x, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    check(added, "unknown extension");
  }
  auto* key = issuer != nullptr ? issuer->key.get() : c.key.get();
  // Ed25519 brings its own digest.
  const auto* digest =
      EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_get_digestbyname(wish.digest.c_str());
  check(X509_sign(x, key, digest) > 0, "signature");
  return c;
}

certificate make_certificate(certificate_kind kind) {
  using enum certificate_kind;
  certificate_wish wish;
  if (kind == wrong_host) {
    wish.common_name = "other.example";
    wish.alternative_names = "DNS:other.example";
  }
  if (kind == only_subject) wish.alternative_names.clear();
  if (kind == not_yet_valid) wish.days_from = 1;
  if (kind == expired) {
    wish.days_from = -10;
    wish.days_until = -1;
  }
  return issue(wish, kind == self_signed ? nullptr : &test_ca());
}

std::string to_pem(const certificate& c) {
  return written([&](BIO* to) { return PEM_write_bio_X509(to, c.x509.get()); });
}

std::string key_to_pem(const certificate& c, const std::string& pass_phrase) {
  const auto* cipher = pass_phrase.empty() ? nullptr : EVP_aes_256_cbc();
  return written([&](BIO* to) {
    return PEM_write_bio_PKCS8PrivateKey(to, c.key.get(), cipher, pass_phrase.data(),
                                         static_cast<int>(pass_phrase.size()), nullptr, nullptr);
  });
}

}  // namespace pawl::testing
