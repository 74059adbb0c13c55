// SHA-256, as a stream. OpenSSL stays behind the .cpp.
#pragma once

#include "engine/input/job_source.hpp"

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
  // Of everything added; the stream is then empty again.
  sha256 finish();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

// Text under a digest: name and value of each entry with their lengths, so that no two lists of entries read
// alike.
class shape_text {
 public:
  void add(std::string_view name, std::string_view value);
  const std::string& text() const noexcept { return text_; }
  sha256 digest() const;

 private:
  std::string text_;
};

}  // namespace pawl::input
