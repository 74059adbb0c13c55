// Identifies the bytes of an input: by SHA-256 across processes, by a fingerprint within one. Both work on
// streams; OpenSSL stays in the .cpp.
#pragma once

#include "engine/input/job_source.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pawl::input {

class sha256_stream {
 public:
  sha256_stream();  // throws std::runtime_error if the library offers no SHA-256
  sha256_stream(sha256_stream&&) noexcept;
  sha256_stream& operator=(sha256_stream&&) noexcept;
  ~sha256_stream();

  void add(std::string_view bytes);
  // The digest of everything added; the stream is then empty again.
  sha256 finish();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

// A random key, made once for this process.
const fingerprint_key& own_fingerprint_key();

// Tells whether bytes are the same that were seen before: GMAC (NIST SP 800-38D) under a random key. Even
// bytes chosen to deceive it do not pass (odds of 2^-128 for each block of 16 bytes), unless whoever chose
// them has the key. The process has the key, and so has the ledger (mode 0600), for the next invocation;
// whoever can read it there can change the ledger's SHA-256 as well. It costs a tenth of SHA-256, which a
// whole input would else cost once more.
class fingerprint_stream {
 public:
  // Throws std::runtime_error if the library offers no GMAC.
  explicit fingerprint_stream(const fingerprint_key& = own_fingerprint_key());
  fingerprint_stream(fingerprint_stream&&) noexcept;
  fingerprint_stream& operator=(fingerprint_stream&&) noexcept;
  ~fingerprint_stream();

  void add(std::string_view bytes);
  // The fingerprint of everything added; the stream is then empty again.
  fingerprint finish();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

// Both are of the same bytes.
struct input_digests {
  sha256 digest{};
  fingerprint print{};
};
class input_digest_stream {
 public:
  explicit input_digest_stream(const fingerprint_key& key = own_fingerprint_key()) : print_(key) {}
  void add(std::string_view bytes);
  input_digests finish();

 private:
  sha256_stream digest_;
  fingerprint_stream print_;
};

// The text that is hashed. Each entry has the lengths of its name and its value in front, so that two
// different lists of entries never give the same text.
class shape_text {
 public:
  void add(std::string_view name, std::string_view value);
  const std::string& text() const noexcept { return text_; }
  sha256 digest() const;

 private:
  std::string text_;
};

}  // namespace pawl::input
