// A path into a JSON document: the keys that lead to a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// One element of an array.
struct array_pick {
  std::uint32_t index = 0;  // where `member` is empty: its position, from 0
  std::string member;       // else: the first element, an object, whose member has this value
  std::string value;        // as text; a number or a boolean is meant as well as a string
  bool operator==(const array_pick&) const = default;
};

// One step: a key, and whether its value is an array that is walked (`tags[].id`: {"tags", true}, {"id",
// false}) or of which one element is picked (`errors[0].code`, `custom_fields[id=7].value`).
struct path_step {
  std::string key;  // empty: the array stands where the path begins (`[0].id`), or the key is empty
  bool each = false;
  std::optional<array_pick> pick{};  // never together with `each`
  bool operator==(const path_step&) const = default;
};
using json_path = std::vector<path_step>;

// "tags[].id" -> {{"tags", true}, {"id", false}}. Keys that are no bare words are quoted as TOML quotes them
// (`value."@odata.nextLink"`, `fields.'a b'`). An empty text gives an empty path. nullopt: the text is no
// path (a key is empty and not quoted, or what stands in brackets is none of [], [N] and [KEY=VALUE]).
std::optional<json_path> parse_json_path(std::string_view);
std::string to_string(const json_path&);

}  // namespace pawl
