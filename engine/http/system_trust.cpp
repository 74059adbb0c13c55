#include "engine/http/system_trust.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace pawl::http {
namespace {

struct free_store_context {
  void operator()(X509_STORE_CTX* c) const noexcept { X509_STORE_CTX_free(c); }
};

// Copies the certificates of one store into another. False: out of memory.
bool copy_certificates(const X509_STORE* from, X509_STORE* to) {
  const auto* all = X509_STORE_get0_objects(from);
  for (int i = 0; i < sk_X509_OBJECT_num(all); ++i) {
    auto* certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
    if (certificate != nullptr && X509_STORE_add_cert(to, certificate) != 1) return false;
  }
  return true;
}

// Verifies the same chain with another store. A store context serves one verification (X509_verify_cert(3)).
bool verify_again(X509_STORE_CTX* context, X509_STORE* store) {
  const std::unique_ptr<X509_STORE_CTX, free_store_context> again(X509_STORE_CTX_new());
  if (!again || X509_STORE_CTX_init(again.get(), store, X509_STORE_CTX_get0_cert(context),
                                    X509_STORE_CTX_get0_untrusted(context)) != 1)
    return false;
  // This copies the name to verify, the purpose and the security level.
  if (X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(again.get()), X509_STORE_CTX_get0_param(context)) != 1)
    return false;
  const bool verified = X509_verify_cert(again.get()) > 0;
  X509_STORE_CTX_set_error(context, X509_STORE_CTX_get_error(again.get()));
  X509_STORE_CTX_set_error_depth(context, X509_STORE_CTX_get_error_depth(again.get()));
  X509_STORE_CTX_set0_verified_chain(context, X509_STORE_CTX_get1_chain(again.get()));
  return verified;
}

}  // namespace

void system_trust::free_store::operator()(x509_store_st* s) const noexcept {
  X509_STORE_free(s);
}

bool system_trust::apply_to(ssl_ctx_st* context) {
  context_ = context;
  own_.reset(X509_STORE_new());
  if (!own_ || !copy_certificates(SSL_CTX_get_cert_store(context), own_.get())) return false;
  if (SSL_CTX_set_default_verify_dir(context) != 1) return false;
  SSL_CTX_set_cert_verify_callback(context, &system_trust::verify, this);
  return true;
}

int system_trust::verify(x509_store_ctx_st* context, void* self) {
  auto& trust = *static_cast<system_trust*>(self);
  if (X509_verify_cert(context) > 0) return 1;
  if (trust.complete_ || !trust.complete()) return 0;
  return verify_again(context, SSL_CTX_get_cert_store(trust.context_)) ? 1 : 0;
}

bool system_trust::complete() {
  store whole(X509_STORE_new());
  if (!whole || !copy_certificates(own_.get(), whole.get())) return false;
  const auto before = sk_X509_OBJECT_num(X509_STORE_get0_objects(whole.get()));
  if (X509_STORE_set_default_paths(whole.get()) != 1) return false;
  ERR_clear_error();  // drops the errors about files that could not be read: they are not trusted
  // If nothing was added, the file is missing or could not be read just now, and a later call may read it.
  complete_ = sk_X509_OBJECT_num(X509_STORE_get0_objects(whole.get())) > before;
  replaced_.reset(SSL_CTX_get_cert_store(context_));
  X509_STORE_up_ref(replaced_.get());
  SSL_CTX_set_cert_store(context_, whole.release());
  return true;
}

}  // namespace pawl::http
