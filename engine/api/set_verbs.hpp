// Set verbs: makes the full set that is sent from "add these, remove those" and the set that a resource
// shows.
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

// Builds one set at a time: begin(), any number of apply(), finish(). The result is (shown + added) -
// removed, whatever the order of the verbs: an element that is both added and removed is removed. Shown
// elements keep their order, added ones follow, and there are no repeats. Keeps its memory: once it has
// grown, it allocates nothing for elements that are strings without escapes. One thread at a time.
class set_builder {
 public:
  // False: the shown value is no list of strings and numbers, so the set is not known and must not be
  // replaced. With set_nocase, elements that differ in the case of their letters are the same one. `null` is
  // the empty set; an absent list is not, because it may hold elements that a write would
  // delete. The shown texts must stay valid until finish().
  bool begin(const located& shown, comparison how = comparison::set);

  // `list` is a JSON array of strings (names or ids), which must stay valid until finish(). False: an element
  // is no string, or a name is unknown or ambiguous; validation and name resolution exclude both. `names` may
  // be null with verbs that take ids.
  bool apply(set_verb, std::string_view list, const name_directory* names);

  // The set as a JSON array without white space, allocated in the arena.
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
  std::vector<std::uint32_t> order_;  // positions in elements_, sorted by key, then by position
  std::vector<char> kept_;
  byte_arena keys_;
  bool with_case_ = true;
  std::string scratch_;
};

}  // namespace pawl::api
