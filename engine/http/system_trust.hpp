// The certificates that the system trusts, read as late as possible: OpenSSL's default file holds some 150,
// which take it 20 ms, more than half of a short run's CPU time. Network thread only. OpenSSL stays behind
// the .cpp.
#pragma once

#include <memory>

struct ssl_ctx_st;
struct x509_store_st;
struct x509_store_ctx_st;

namespace pawl::http {

class system_trust {
 public:
  // Chains are verified with what the context's store holds now and with OpenSSL's default directory, where
  // one look finds an authority by its name. A chain that does not verify so is verified once more, with a
  // store like that which SSL_CTX_set_default_verify_paths makes, the file read whole; from then on that is
  // the context's. So what verifies with OpenSSL's default paths verifies here, and what verifies here leads
  // to an authority of theirs. SSL_CERT_FILE and SSL_CERT_DIR, as they are now, move the paths; a path where
  // nothing is, is no error. False: OpenSSL refused, its error queue says why. Outlives the context.
  bool apply_to(ssl_ctx_st*);

  // Makes that store the context's now. OpenSSL takes the chain of a client certificate from it, too. False:
  // as above.
  bool complete();

 private:
  struct free_store {
    void operator()(x509_store_st*) const noexcept;
  };
  using store = std::unique_ptr<x509_store_st, free_store>;
  static int verify(x509_store_ctx_st*, void* self);

  ssl_ctx_st* context_ = nullptr;
  store own_;       // what the context has trusted from the start, without the system's
  store replaced_;  // the context's before the last complete(): a verification may be under way with it
  bool complete_ = false;
};

}  // namespace pawl::http
