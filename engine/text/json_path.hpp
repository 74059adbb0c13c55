// A path into a JSON document: the keys that lead to a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// One step: a key, and whether its value is an array that is walked (`tags[].id`: {"tags", true}, {"id",
// false}).
struct path_step {
  std::string key;
  bool each = false;
  bool operator==(const path_step&) const = default;
};
using json_path = std::vector<path_step>;

// "tags[].id" -> {{"tags", true}, {"id", false}}. An empty text gives an empty path. nullopt: the text is no
// path (a key is empty, or `]` does not follow `[`).
std::optional<json_path> parse_json_path(std::string_view);
std::string to_string(const json_path&);

}  // namespace pawl
