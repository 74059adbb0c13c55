#include "engine/http/peer_facts.hpp"

#include "engine/http/connection.hpp"
#include "engine/http/socket_stream.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <memory>

namespace pawl::http {
namespace {

struct bio_free {
  void operator()(BIO* b) const noexcept { BIO_free(b); }
};

std::string one_line(const X509_NAME* name) {
  if (name == nullptr) return {};
  const std::unique_ptr<BIO, bio_free> memory{BIO_new(BIO_s_mem())};
  if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
    return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string{};
}

std::optional<wall_time> time_of(const ASN1_TIME* t) {
  std::tm broken_down{};
  if (t == nullptr || ASN1_TIME_to_tm(t, &broken_down) != 1) return std::nullopt;
  return std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::from_time_t(::timegm(&broken_down)));
}

}  // namespace

peer_facts socket_stream::peer() const {
  peer_facts facts;
  if (!ssl_) return facts;
  facts.protocol = SSL_get_version(ssl_.get());
  if (const auto* name = SSL_get_cipher_name(ssl_.get()); name != nullptr) facts.cipher = name;
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate != nullptr) {
    facts.subject = one_line(X509_get_subject_name(certificate));
    facts.issuer = one_line(X509_get_issuer_name(certificate));
    facts.not_after = time_of(X509_get0_notAfter(certificate));
  }
  if (const auto* chain = SSL_get0_verified_chain(ssl_.get()); chain != nullptr && sk_X509_num(chain) > 0)
    facts.trust_anchor = one_line(X509_get_subject_name(sk_X509_value(chain, sk_X509_num(chain) - 1)));
  return facts;
}

peer_facts lease::peer() const {
  return connection_ ? connection_->peer() : peer_facts{};
}

}  // namespace pawl::http
