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
  std::string member;       // else: the only element, an object, whose member has this value
  std::string value;        // as text; a number or a boolean is meant as well as a string
  bool operator==(const array_pick&) const = default;
};

// One step: a key, and whether its value is an array that is walked (`tags[].id`: {"tags", true}, {"id",
// false}) or of which one element is picked (`errors[0].code`, `custom_fields[id=7].value`).
struct path_step {
  std::string key;  // of the first step empty, with `each` or `pick`: the array is the document (`[0].id`)
  bool each = false;
  std::optional<array_pick> pick{};  // never together with `each`
  bool operator==(const path_step&) const = default;
};
using json_path = std::vector<path_step>;

// Whether the value behind the step's key is an array.
inline bool is_array(const path_step& step) noexcept {
  return step.each || step.pick.has_value();
}
// Whether the path needs an array as the document.
inline bool begins_at_array(const json_path& path) noexcept {
  return !path.empty() && path.front().key.empty() && is_array(path.front());
}

// "tags[].id" -> {{"tags", true}, {"id", false}}. A key that has a dot, a bracket or, at its begin, a quote
// is quoted as in TOML, and any other may be: `value."@odata.nextLink"`, `fields.'a b'`. Between double
// quotes stand the escapes of JSON, between single ones none. KEY and VALUE of a pick may be quoted too. An
// empty text gives an empty path. nullopt: the text is no path (a key is empty and not quoted, or what stands
// in brackets is none of [], [N] and [KEY=VALUE]).
std::optional<json_path> parse_json_path(std::string_view);
// The inverse. Quotes every key that is no bare word.
std::string to_string(const json_path&);

}  // namespace pawl
