#include "engine/http/client_certificate.hpp"

#include "engine/http/openssl_words.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/whole_file.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>
#include <utility>

namespace pawl::http {
namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* t) const noexcept {
    Free(t);
  }
};
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;

constexpr std::size_t longest_certificate_file = 1u << 20;  // chosen: a chain and a key take some 10 KB

std::string cert_remedy() {
  return "tls.cert (" + to_string(option::cert) +
         ") takes a PEM file: the client certificate, then those that signed it";
}
std::string key_remedy() {
  return "tls.key (" + to_string(option::key) + ") takes a PEM file with the private key of the certificate";
}

failure unusable(const std::string& file, std::string what, std::string remedy) {
  return failure{failure_kind::usage, file, std::move(what), std::move(remedy)};
}

bool no_more_pem() {
  const auto code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

// The text of a file that may hold a private key; the memory is wiped afterwards.
class pem_text {
 public:
  ~pem_text() { OPENSSL_cleanse(text_.data(), text_.size()); }

  status read(const std::string& file, const std::string& remedy) {
    if (const auto failed = read_whole_file(file, longest_certificate_file, if_pipe::awaited, text_))
      return unusable(file, trouble_in_words(failed), remedy);
    if (text_.size() > longest_certificate_file) return unusable(file, "is larger than 1 MiB", remedy);
    return {};
  }
  bool has(std::string_view words) const { return text_.find(words) != std::string::npos; }
  bio_ptr open() const { return bio_ptr(BIO_new_mem_buf(text_.data(), static_cast<int>(text_.size()))); }

 private:
  std::string text_;
};

// OpenSSL calls this for an encrypted key only. Without it OpenSSL would ask on the terminal.
int refuse_pass_phrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

status use_certificates(SSL_CTX* context, const std::string& file, const pem_text& text) {
  const auto in = text.open();
  for (int count = 0; in; ++count) {
    ERR_clear_error();
    certificate_ptr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    const auto number = "certificate " + std::to_string(count + 1);
    if (!certificate) {
      if (!no_more_pem()) return unusable(file, number + " is damaged: " + openssl_words(), cert_remedy());
      ERR_clear_error();
      if (count == 0) return unusable(file, "holds no certificate", cert_remedy());
      return {};
    }
    const bool taken = count == 0 ? SSL_CTX_use_certificate(context, certificate.get()) == 1
                                  : SSL_CTX_add1_chain_cert(context, certificate.get()) == 1;
    if (!taken) return unusable(file, number + " cannot be used: " + openssl_words(), cert_remedy());
  }
  return unusable(file, "cannot be read: out of memory", cert_remedy());
}

status use_key(SSL_CTX* context, const std::string& cert_file, const std::string& file,
               const pem_text& text) {
  const bool beside_certificate = file == cert_file;
  const auto in = text.open();
  if (!in) return unusable(file, "cannot be read: out of memory", key_remedy());
  ERR_clear_error();
  bool encrypted = false;
  const key_ptr key(PEM_read_bio_PrivateKey(in.get(), nullptr, &refuse_pass_phrase, &encrypted));
  if (!key) {
    if (encrypted)
      return unusable(file, "the private key is encrypted, and there is nobody to ask for its pass phrase",
                      "write a copy without one (openssl pkey -in KEY -out PLAIN, mode 0600) and name it "
                      "with " +
                          to_string(option::key));
    // OpenSSL reports a missing key and an unreadable one with the same error.
    if (!text.has("PRIVATE KEY-----"))
      return unusable(
          file, "holds no private key",
          beside_certificate ? "name the file that holds it with " + to_string(option::key) : key_remedy());
    return unusable(file, "the private key is damaged: " + openssl_words(), key_remedy());
  }
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1)
    return unusable(file, "the private key is not the one of the certificate in " + cert_file,
                    "name the certificate and the key that were made together (" + to_string(option::cert) +
                        ", " + to_string(option::key) + ")");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return unusable(file, "the private key cannot be used: " + openssl_words(), key_remedy());
  return {};
}

}  // namespace

status use_client_certificate(ssl_ctx_st* context, const std::string& cert_file,
                              const std::string& key_file) {
  pem_text certificates;
  if (auto read = certificates.read(cert_file, cert_remedy()); !read) return read;
  if (auto used = use_certificates(context, cert_file, certificates); !used) return used;
  const bool one_file = key_file.empty() || key_file == cert_file;
  pem_text key;
  if (!one_file)
    if (auto read = key.read(key_file, key_remedy()); !read) return read;
  auto used = use_key(context, cert_file, one_file ? cert_file : key_file, one_file ? certificates : key);
  ERR_clear_error();
  return used;
}

}  // namespace pawl::http
