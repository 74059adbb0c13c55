// Finds the values behind a handful of paths in a JSON document. It goes once through the document, in place,
// over the positions that simdjson marks. simdjson stays in the .cpp.
#pragma once

#include "engine/text/json_path.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// Bytes. What reads replies gives memory above it back after each reply, so that a single huge reply does not
// hold memory for the rest of a long run. Chosen.
inline constexpr std::size_t most_kept_json = 256 * 1024;

// The parser's memory, shared by the locators of one reader. It grows with the replies (at least 4 bytes for
// each of their bytes) and is given back after a reply of more than most_kept_json.
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
    absent,  // a key of the path is missing, or the element that it picks
    value,   // `text` is the value; null where a parent is null (`assignee.id` of `"assignee": null`)
    list,    // the path walks an array: `elements` are the values found in it, in order
    broken,  // the document has another shape: a text where an object belongs, an element without its member;
             // or two elements fit where the path picks one
  };
  kind is = kind::absent;
  std::string_view text;  // as it stands in the document, without white space around it
  std::vector<std::string_view> elements;
};

// The constructor compiles the paths into a small tree; a pass looks only for those that it is asked for.
class json_locator {
 public:
  // Result i belongs to paths[i]; an empty path is never found.
  explicit json_locator(std::span<const json_path> paths);

  // Goes once over the whole document, which must be an object, or an array if one of the wanted paths begins
  // at one; `body` must be followed by json_padding readable bytes. `wanted` are positions in the paths. The
  // results are views into the body. False: the document is not JSON, not UTF-8, cut off, followed by
  // anything but white space, deeper than max_json_depth, or it has a key twice on the way of a path (which
  // of the two counts would be a guess); the results are then meaningless. A byte order mark in front is
  // dropped. Of members that no path asks for only the balance of the brackets is checked.
  bool locate(json_parser&, std::string_view body, std::span<const std::uint32_t> wanted);

  const located& operator[](std::size_t path) const noexcept { return found_[path]; }

  // A key is looked for by its first letter in a set of 64 bits. Several letters share a bit, so a bit that
  // is set says "perhaps", and one that is not set says "no".
  static constexpr std::uint64_t letter_bit(char c) noexcept {
    return std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
  }
  // Puts one value in the place of what was found. Its text must live until the next locate().
  void put(std::size_t path, std::string_view text) noexcept {
    found_[path].is = located::kind::value;
    found_[path].text = text;
  }

 private:
  struct member {
    const char* key;  // the node's key
    std::uint32_t
        size;  // of the key; all ones if the key needs escapes, so that its bytes cannot be compared
    std::uint32_t node;
    bool seen;  // whether the object that is being read has had it
  };
  struct node {
    std::string key;
    bool plain_key = true;                // whether it needs no escape in JSON
    std::vector<std::uint32_t> children;  // members of the object here, and picked elements of the array here
    std::uint32_t element = 0;            // the node of each element of an array here; 0: no path walks it
    std::uint32_t pick = 0;               // 1 + position in picks_ of a picked element; 0: this is none

    // Set for the paths in asked_; stale unless askings_ has this number.
    std::uint64_t asking = 0;
    std::vector<std::uint32_t> wanted_paths;
    std::vector<member> wanted_members;
    std::uint64_t first_letters = 0;          // of the wanted keys, a bit each; it rules out most other keys
    bool array_wanted = false;                // a path goes into the array here: by
    bool element_wanted = false;              // each element, or by
    std::vector<std::uint32_t> wanted_picks;  // these
    bool seen = false;                        // a picked element: the array that is being read has had it
  };
  struct walk;  // one pass over a document

  std::uint32_t child(std::uint32_t parent, const std::string& key);
  std::uint32_t picked_of(std::uint32_t parent, const array_pick&);
  std::uint32_t element_of(std::uint32_t parent);
  void ask_for(std::span<const std::uint32_t> wanted);
  static void forget_wanted(node&);
  void link(std::uint32_t path);

  std::vector<node> nodes_;                         // 0 is the root
  std::vector<std::vector<std::uint32_t>> trails_;  // for each path its nodes, from below the root
  std::vector<array_pick> picks_;
  std::vector<located> found_;
  std::vector<std::uint32_t> asked_;  // the paths that the tree is marked for
  std::uint64_t askings_ = 0;
};

}  // namespace pawl
