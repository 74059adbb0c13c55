// Finds the values behind a handful of paths in a JSON document: one pass in document order, in place, over
// the places that simdjson marks. simdjson stays in the .cpp.
#pragma once

#include "engine/text/json_path.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// The parser's memory, shared by the locators of one reader. It grows with the replies (4 bytes and more for
// each of theirs) and is given back after one over 256 KiB, so that a single huge reply does not stay in the
// memory of a long run.
class json_parser {
 public:
  json_parser();
  ~json_parser();
  json_parser(json_parser&&) noexcept;

 private:
  friend class json_locator;
  struct impl;
  std::unique_ptr<impl> impl_;
};

// What was found behind one path.
struct located {
  enum class kind : std::uint8_t {
    absent,  // a key of the path is missing
    value,   // `text` is the value; null where a parent is null (`assignee.id` of `"assignee": null`)
    list,    // the path walks an array: `elements` are what it found there, in order
    broken,  // something stands in the way: a text where an object belongs, an element without its member
  };
  kind is = kind::absent;
  std::string_view text;  // as it stands in the document, without white space around it
  std::vector<std::string_view> elements;
};

// The paths are compiled into a small tree once; a pass looks only for those that are asked for.
class json_locator {
 public:
  // Result i belongs to paths[i]; an empty path is never found.
  explicit json_locator(std::span<const json_path> paths);

  // One pass over the whole document, which must be an object; `body` must be followed by json_padding
  // readable bytes. The results are views into the body. False, and no result counts: not JSON, not UTF-8,
  // cut off, followed by anything but white space, deeper than max_json_depth, or with a key twice where a
  // path goes through it (which of the two counts would be a guess). A byte order mark in front is dropped.
  // Members that no path asks for are checked for the balance of their brackets only.
  bool locate(json_parser&, std::string_view body, std::span<const std::uint32_t> wanted);

  const located& operator[](std::size_t path) const noexcept { return found_[path]; }

 private:
  struct member {
    const char* key;  // of the node
    std::uint32_t
        size;  // of the key; all ones where the key's bytes cannot be compared, for it needs escapes
    std::uint32_t node;
    bool seen;  // in the object that is being read
  };
  struct node {
    std::string key;
    bool plain_key = true;                // needs no escape in JSON
    std::vector<std::uint32_t> children;  // members of the object here
    std::uint32_t element = 0;            // what each element of the array here is; 0: not walked

    // For the paths in asked_; not valid unless askings_ has this number.
    std::uint64_t asking = 0;
    std::vector<std::uint32_t> wanted_paths;
    std::vector<member> wanted_members;
    std::uint64_t first_letters = 0;  // of their keys, a bit each: most other keys are told by it
    bool element_wanted = false;
  };
  struct walk;  // the pass itself

  std::uint32_t child(std::uint32_t parent, const std::string& key);
  std::uint32_t element_of(std::uint32_t parent);
  void ask_for(std::span<const std::uint32_t> wanted);
  void link(std::uint32_t path);

  std::vector<node> nodes_;                         // 0 is the root
  std::vector<std::vector<std::uint32_t>> trails_;  // per path: its nodes from below the root
  std::vector<located> found_;
  std::vector<std::uint32_t> asked_;  // the paths that the tree is marked for
  std::uint64_t askings_ = 0;
};

}  // namespace pawl
