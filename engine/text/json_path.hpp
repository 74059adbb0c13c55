// Where a value stands in a JSON document: the keys that lead to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// One step: a key, and whether the array behind it is walked (`tags[].id`: {"tags", true}, {"id"}).
struct path_step {
  std::string key;
  bool each = false;
  bool operator==(const path_step&) const = default;
};
using json_path = std::vector<path_step>;

// "tags[].id" -> {{"tags", true}, {"id", false}}. Empty text: empty path. nullopt: not a path (empty key, `[`
// not followed by `]`).
std::optional<json_path> parse_json_path(std::string_view);
std::string to_string(const json_path&);

}  // namespace pawl
