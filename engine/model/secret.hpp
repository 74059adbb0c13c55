// A token that cannot be printed by accident. Nothing converts it to text; only the place that writes it into
// a request calls reveal().
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace pawl {

class secret {
 public:
  secret() = default;
  explicit secret(std::string value) : value_(std::move(value)) {}

  bool empty() const noexcept { return value_.empty(); }
  const std::string& reveal() const noexcept { return value_; }

  // What may be shown of a key: `public_prefix` (a literal such as "pl_v2_" with which every key of the API
  // begins) and the four characters after it, "pl_v2_abcd...". The vendor's dashboard previews the same
  // characters. A key of another shape, or with fewer than 12 further characters to stay hidden (chosen),
  // shows as "(key)".
  std::string label(std::string_view public_prefix) const;

  bool operator==(const secret&) const = default;

 private:
  std::string value_;
};

// Whether a text that somebody typed, and that names nothing, may be a key in the wrong place. Such a text is
// one word of 16 bytes or more (chosen: shorter keys can be guessed) that is neither a file name with its
// ending nor a path of short names.
bool may_be_a_key(std::string_view) noexcept;

}  // namespace pawl
