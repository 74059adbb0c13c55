#include "engine/input/input_digest.hpp"

#include "engine/text/ascii.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace pawl::input {

struct sha256_stream::impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~impl() { EVP_MD_CTX_free(context); }
  void restart() {
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("OpenSSL offers no SHA-256");
  }
};

sha256_stream::sha256_stream() : impl_(std::make_unique<impl>()) {
  impl_->restart();
}
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;
sha256_stream::~sha256_stream() = default;

void sha256_stream::add(std::string_view bytes) {
  if (EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("OpenSSL's SHA-256 failed");
}

sha256 sha256_stream::finish() {
  sha256 digest;
  unsigned size = 0;
  if (EVP_DigestFinal_ex(impl_->context, digest.data(), &size) != 1 || size != digest.size())
    throw std::runtime_error("OpenSSL's SHA-256 failed");
  impl_->restart();
  return digest;
}

const fingerprint_key& own_fingerprint_key() {
  static const auto key = [] {
    fingerprint_key random;
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
      throw std::runtime_error("OpenSSL has no random numbers");
    return random;
  }();
  return key;
}

struct fingerprint_stream::impl {
  explicit impl(const fingerprint_key& of) : key(of) {}
  fingerprint_key key;
  EVP_MAC* method = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_GMAC, nullptr);
  EVP_MAC_CTX* context = method == nullptr ? nullptr : EVP_MAC_CTX_new(method);
  ~impl() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(method);
  }
  void restart() {
    char cipher[] = "AES-128-GCM";
    // The nonce is fixed, because the tags of two streams must be comparable. A nonce protects tags of
    // several messages from somebody who has no key; here the key is kept with the tag.
    std::array<unsigned char, 12> nonce{};
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, nonce.data(), nonce.size()),
        OSSL_PARAM_construct_end()};
    if (context == nullptr || EVP_MAC_init(context, key.data(), key.size(), parameters) != 1)
      throw std::runtime_error("OpenSSL offers no GMAC");
  }
};

fingerprint_stream::fingerprint_stream(const fingerprint_key& key) : impl_(std::make_unique<impl>(key)) {
  impl_->restart();
}
fingerprint_stream::fingerprint_stream(fingerprint_stream&&) noexcept = default;
fingerprint_stream& fingerprint_stream::operator=(fingerprint_stream&&) noexcept = default;
fingerprint_stream::~fingerprint_stream() = default;

void fingerprint_stream::add(std::string_view bytes) {
  if (EVP_MAC_update(impl_->context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1)
    throw std::runtime_error("OpenSSL's GMAC failed");
}

fingerprint fingerprint_stream::finish() {
  fingerprint print;
  std::size_t size = 0;
  if (EVP_MAC_final(impl_->context, print.data(), &size, print.size()) != 1 || size != print.size())
    throw std::runtime_error("OpenSSL's GMAC failed");
  impl_->restart();
  return print;
}

void input_digest_stream::add(std::string_view bytes) {
  digest_.add(bytes);
  print_.add(bytes);
}

input_digests input_digest_stream::finish() {
  return {digest_.finish(), print_.finish()};
}

void shape_text::add(std::string_view name, std::string_view value) {
  text_ += std::to_string(name.size()) + ':';
  text_ += name;
  text_ += std::to_string(value.size()) + ':';
  text_ += value;
  text_ += '\n';
}

sha256 shape_text::digest() const {
  sha256_stream stream;
  stream.add(text_);
  return stream.finish();
}

std::string to_hex(const sha256& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<sha256> parse_sha256(std::string_view hex) {
  sha256 digest;
  if (hex.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

// Key and fingerprint have 16 bytes each, so that both fit into the text of one digest.
std::string to_hex(const keyed_fingerprint& known) {
  sha256 both;
  std::ranges::copy(known.key, both.begin());
  std::ranges::copy(known.print, both.begin() + known.key.size());
  return to_hex(both);
}

std::optional<keyed_fingerprint> parse_keyed_fingerprint(std::string_view hex) {
  const auto both = parse_sha256(hex);
  if (!both) return std::nullopt;
  keyed_fingerprint known;
  std::copy_n(both->begin(), known.key.size(), known.key.begin());
  std::copy_n(both->begin() + known.key.size(), known.print.size(), known.print.begin());
  return known;
}

}  // namespace pawl::input
