// What an examination of a ledger has found. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::ledger {

// What is not in the findings was looked at and is sound, unless a finding says that it could not be read.
struct soundness {
  enum class part : std::uint8_t { file, schema, numbers, checksums, chain };
  struct finding {
    part of{};
    std::string what;  // names the place: generation and rows, or the table
    bool operator==(const finding&) const = default;
  };
  std::vector<finding> findings;
  std::uint64_t records = 0;  // that were held against their checksums
  bool is_sealed = false;   // false: an earlier version wrote it, so there are neither checksums nor a chain
  std::uint64_t links = 0;  // of the chain
  std::string seal;         // the digest of the last link, hexadecimal; empty: there is none
  std::optional<bool> has_noted;  // whether the chain has the noted seal; unset: none was given
};

constexpr std::string_view to_string(soundness::part p) noexcept {
  switch (p) {
    case soundness::part::file:
      return "file";
    case soundness::part::schema:
      return "schema";
    case soundness::part::numbers:
      return "numbers";
    case soundness::part::checksums:
      return "checksums";
    case soundness::part::chain:
      return "chain";
  }
  return {};
}

}  // namespace pawl::ledger
