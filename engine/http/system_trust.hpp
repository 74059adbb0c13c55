// Loads the certificates that the system trusts, as late as possible: OpenSSL's default file holds some 150,
// which take it 20 ms to read, more than half of the CPU time of a short run. Network thread only. OpenSSL
// stays in the .cpp.
#pragma once

#include <memory>

struct ssl_ctx_st;
struct x509_store_st;
struct x509_store_ctx_st;

namespace pawl::http {

class system_trust {
 public:
  // Makes the context verify a chain first with what its store holds now and with OpenSSL's default
  // directory, where an authority is found by its name. A chain that fails is verified once more with a store
  // that also has the whole default file, as SSL_CTX_set_default_verify_paths makes it; that store then stays
  // the context's. So a chain that verifies with OpenSSL's default paths verifies here, and one that verifies
  // here leads to an authority of theirs. SSL_CERT_FILE and SSL_CERT_DIR, as they are now, change the paths;
  // a path where nothing is, is no error. False: OpenSSL refused, and its error queue says why. This object
  // must outlive the context.
  bool apply_to(ssl_ctx_st*);

  // Gives the context that complete store now. OpenSSL also takes the chain of a client certificate from it.
  // False: as above.
  bool complete();

 private:
  struct free_store {
    void operator()(x509_store_st*) const noexcept;
  };
  using store = std::unique_ptr<x509_store_st, free_store>;
  static int verify(x509_store_ctx_st*, void* self);

  ssl_ctx_st* context_ = nullptr;
  store own_;       // what the context trusts beside the system's certificates
  store replaced_;  // the context's store before complete(): a verification may still use it
  bool complete_ = false;
};

}  // namespace pawl::http
