// What counts as one resource where requests about it are counted or kept apart.
#pragma once

#include "engine/policy/kept_quota.hpp"
#include "engine/text/byte_words.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pawl::policy {

// Without the case of ASCII letters: where an API takes ids in either case, two spellings are one resource.
// Elsewhere two such ids, and those few that differ in `@` and a backquote, only wait for each other
// needlessly. Eight bytes at a time; the last eight overlap what came before them.
inline std::uint64_t plain_hash_of_id(std::string_view id) noexcept {
  constexpr auto letter_case = every_byte(0x20);
  constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio (Knuth, volume 3, 6.4)
  auto hash = id.size() * multiplier;  // spread, so that no byte makes up for another length
  const auto add = [&hash](std::uint64_t word) {
    hash = (hash ^ (word | letter_case)) * multiplier;
    hash ^= hash >> 32U;
  };
  if (id.size() < sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    for (const char c : id) word = word << 8U | static_cast<unsigned char>(c);
    add(word);
    return hash;
  }
  for (std::size_t i = 0; i + sizeof(std::uint64_t) < id.size(); i += sizeof(std::uint64_t))
    add(load_word(id.data() + i));
  add(load_word(id.data() + id.size() - sizeof(std::uint64_t)));
  return hash;
}

// The same; neither of what kept_quota keeps for itself.
inline std::uint64_t hash_of_id(std::string_view id) noexcept {
  const auto hash = plain_hash_of_id(id);
  return hash == kept_quota::no_id || hash == kept_quota::any_id ? 1 : hash;
}

}  // namespace pawl::policy
