// What commands that read know of an API beside the profile of a write: how its lists are paged and filtered,
// and which scopes a key needs. Filled from the same TOML file by config/profile_loader.
#pragma once

#include "engine/api/profile.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::api {

// What a key must be allowed to do, as the API names its scopes. Empty: no scope is needed, or none is known.
struct scope_needs {
  std::vector<std::string> read;  // single resources and lists of them
  std::vector<std::string> write;
  std::vector<std::string> names;  // the list behind the set verbs that take names
};

// A condition that the API can test while it lists: a field that equals a value, or a list that has one.
struct list_filter {
  field_index field{};
  std::string parameter;  // of the query; takes one plain value
};

// A list in pages, each of which says where the next one begins.
struct list_spec {
  std::string path;              // below the base URL; empty: the API has none
  std::string limit_parameter;   // names the page size in the query; empty: it cannot be chosen
  std::uint32_t page_size = 0;   // the largest that the API grants
  std::string cursor_parameter;  // names the cursor of the next page in the query
  json_path items;               // the array of a page
  json_path cursor;              // of the next page; null or missing on the last one
  json_path more;                // a boolean, false on the last page; empty: the cursor alone says it
  bool whole = false;            // one reply holds all: there is no way on because none is needed
  std::vector<list_filter> filters;
  json_path id, name;  // of an item; `name` only in a list of names
};

struct reading_spec {
  scope_needs needs;
  list_spec list;   // of the resources; an item looks like the reply to a read of it
  list_spec names;  // what set verbs by name, and `has tag`, are resolved with
  // What to do instead where every row of an input takes the same element away and puts the same other one
  // there; empty: nothing better is known.
  std::string rename_hint;
};

}  // namespace pawl::api
