#include "engine/api/name_directory.hpp"

#include "engine/text/json_string.hpp"
#include "engine/text/nearest.hpp"

#include <utility>

namespace pawl::api {

void name_directory::add(std::string_view name, std::string_view id) {
  auto id_json = json_string(id);
  const auto known = entries_.find(name);
  if (known == entries_.end())
    entries_.emplace(name, entry{std::move(id_json), {}});
  else if (known->second.id_json != id_json)
    known->second.other_json = std::move(id_json);
}

name_directory::answer name_directory::find(std::string_view name) const {
  const auto known = entries_.find(name);
  if (known == entries_.end()) return {};
  const auto& [id_json, other_json] = known->second;
  return {other_json.empty() ? match::id : match::ambiguous, id_json, other_json};
}

std::string_view name_directory::nearest(std::string_view name) const {
  nearest_name found(name);
  for (const auto& [known, behind] : entries_) found.offer(known);
  return found.best();
}

}  // namespace pawl::api
