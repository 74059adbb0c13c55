#include "engine/http/system_trust.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cstdlib>

namespace pawl::http {
namespace {

struct free_store_context {
  void operator()(X509_STORE_CTX* c) const noexcept { X509_STORE_CTX_free(c); }
};

// As OpenSSL itself reads it: not where the program runs with another user's rights.
std::string moved(const char* variable, const char* otherwise) {
  const char* to = ::secure_getenv(variable);
  return to != nullptr ? to : otherwise;
}

bool add_directory(X509_STORE* store, const std::string& path) {
  auto* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
  return lookup != nullptr && X509_LOOKUP_add_dir(lookup, path.c_str(), X509_FILETYPE_PEM) == 1;
}

// The same chain with another store: a store context serves one verification (X509_verify_cert(3)).
bool verify_again(X509_STORE_CTX* context, X509_STORE* store) {
  const std::unique_ptr<X509_STORE_CTX, free_store_context> again(X509_STORE_CTX_new());
  if (!again || X509_STORE_CTX_init(again.get(), store, X509_STORE_CTX_get0_cert(context),
                                    X509_STORE_CTX_get0_untrusted(context)) != 1)
    return false;
  // The name to verify, the purpose, the security level.
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
  file_ = moved(X509_get_default_cert_file_env(), X509_get_default_cert_file());
  directory_ = moved(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
  spare_.reset(X509_STORE_new());
  if (!spare_) return false;
  // A copy of what is trusted apart from the system's, which a directory's findings do not get into.
  const auto* own = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
  for (int i = 0; i < sk_X509_OBJECT_num(own); ++i) {
    auto* certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(own, i));
    if (certificate != nullptr && X509_STORE_add_cert(spare_.get(), certificate) != 1) return false;
  }
  if (!add_directory(SSL_CTX_get_cert_store(context), directory_)) return false;
  SSL_CTX_set_cert_verify_callback(context, &system_trust::verify, this);
  return true;
}

int system_trust::verify(x509_store_ctx_st* context, void* self) {
  auto& trust = *static_cast<system_trust*>(self);
  if (X509_verify_cert(context) > 0) return 1;
  if (trust.complete_ || !trust.complete()) return 0;
  return verify_again(context, SSL_CTX_get_cert_store(trust.context_)) ? 1 : 0;
}

// The spare store becomes what OpenSSL's default paths would have made, and takes the place of the first,
// which is kept until the end: the verification under way refers to it.
bool system_trust::complete() {
  complete_ = true;
  auto* whole = spare_.release();
  spare_.reset(SSL_CTX_get_cert_store(context_));
  X509_STORE_up_ref(spare_.get());
  SSL_CTX_set_cert_store(context_, whole);
  auto* lookup = X509_STORE_add_lookup(whole, X509_LOOKUP_file());
  // Whatever of the file cannot be read is not trusted, as with OpenSSL's own default.
  if (lookup != nullptr) static_cast<void>(X509_load_cert_crl_file(lookup, file_.c_str(), X509_FILETYPE_PEM));
  const bool added = lookup != nullptr && add_directory(whole, directory_);
  ERR_clear_error();
  return added;
}

}  // namespace pawl::http
