// Set verbs: from "add these, remove those" and what a resource shows to the full set that is sent.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/api/profile.hpp"
#include "engine/model/byte_arena.hpp"
#include "engine/text/json_locator.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// One set at a time: begin(), any number of apply(), finish(). The result is (shown + added) - removed,
// whatever the order of the verbs: an element that is both added and removed is removed. Elements keep the
// order in which they are shown, then added, without repeats. Keeps its memory: nothing is allocated for
// elements that are strings without escapes once it has grown. One thread at a time.
class set_builder {
 public:
  // False: what is shown is no list of strings and numbers, so the set is not known and must not be replaced.
  // `null` is the empty set, an absent list is not: it may hold what a write would delete. The shown texts
  // must stay valid until finish().
  bool begin(const located& shown);

  // `list`: JSON array of strings (names or ids), which must stay valid until finish(). False: an element
  // cannot be used, or a name is not known or ambiguous, which validation and resolving exclude. `names` may
  // be null with ids.
  bool apply(set_verb, std::string_view list, const name_directory* names);

  // The set as a JSON array without white space, in the arena.
  std::string_view finish(byte_arena&);

 private:
  struct element {
    std::string_view key;    // equal for equal elements
    std::string_view token;  // as it is sent
  };
  bool make_key(std::string_view token, std::string_view& key);
  bool push(std::string_view token);

  std::vector<element> elements_;  // shown, then added
  std::vector<std::string_view> removed_;
  std::vector<std::uint32_t> order_;  // of elements_, by key, then as they came
  std::vector<char> kept_;
  byte_arena keys_;
  std::string scratch_;
};

}  // namespace pawl::api
