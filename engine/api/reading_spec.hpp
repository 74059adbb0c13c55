// What reading commands know of an API beside the profile: how its lists are paged and filtered, and which
// scopes a key needs. config/profile_loader fills it from the profile's TOML file.
#pragma once

#include "engine/api/profile.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::api {

// The scopes that a key needs, as the API names them. Empty: none is needed, or none is known.
struct scope_needs {
  std::vector<std::string> read;  // single resources and lists of them
  std::vector<std::string> write;
  std::vector<std::string> names;  // the list behind the set verbs that take names
};

// A condition that the API can test while it lists: a field equals a value, or a list contains one.
struct list_filter {
  field_index field{};
  std::string parameter;  // of the query; it takes one plain value
};

// A list that comes in pages. Each says where the next one begins (`cursor`, `link`), or they are asked for
// by number ({page} or {offset} in the request), or there is one page alone.
struct list_spec {
  std::string path;             // below the base URL; empty: the API has none
  request_spec request;         // what else its request has, with {cursor}, {page} or {offset}; no path
  std::uint32_t page_size = 0;  // the largest that the API grants; 0: not known
  json_path items;              // the array of a page; empty: the page is the array
  json_path cursor;             // of the next page, or its address; null or missing on the last one
  bool link = false;            // the Link header (RFC 8288) has the address of the next page
  json_path more;               // a boolean, false on the last page; empty: nothing says so beside the rest
  json_path total;              // with {page} and {offset}: how many items there are in all
  bool whole = false;           // one reply holds the whole list, so there is no next page
  std::vector<list_filter> filters;
  json_path id, name;  // of an item; `name` only in a list of names

  bool names_next() const noexcept { return link || !cursor.empty(); }
  bool counts() const noexcept { return has_hole(request, hole::page) || has_hole(request, hole::offset); }
};

// How resources are found by the value of a field ([match.FIELD]): one request for each value, whose {value}
// it is.
struct match_spec {
  std::string field;   // of [fields] or [readable]
  text_template path;  // below the base URL, with holes
  // The rest of the request, and the page that answers it. Its own path is not used.
  list_spec list;
  // The reply is a resource, as a read shows it, and 404 says that there is none; false: a page of them.
  bool is_single = false;
  bool nocase = false;  // values that differ in the case of their letters alone are the same
};

struct reading_spec {
  scope_needs needs;
  list_spec list;   // of the resources; an item looks like the reply to a read of it
  list_spec names;  // the names that set verbs by name and `has tag` need
  std::vector<match_spec> matches;
  // What to do instead where every row of an input removes the same element and adds the same other one;
  // empty: nothing better is known.
  std::string rename_hint;
};

}  // namespace pawl::api
