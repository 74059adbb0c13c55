#include "engine/api/sent_together.hpp"

#include "engine/api/shown.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace pawl::api {
namespace {

bool begins_with(const json_path& path, const json_path& prefix) {
  return path.size() >= prefix.size() && std::ranges::equal(prefix, std::span(path).first(prefix.size()), {},
                                                            &path_step::key, &path_step::key);
}

}  // namespace

std::vector<std::vector<field_index>> sent_together(const profile& p) {
  std::vector<std::vector<field_index>> all(p.fields.size());
  for (std::size_t i = 0; i < p.fields.size(); ++i) {
    const auto self = static_cast<field_index>(i);
    const auto& f = p.fields[i];
    all[i].insert(all[i].end(), f.together.begin(), f.together.end());
    if (f.rides_with) {
      all[to_index(*f.rides_with)].push_back(self);
      // The API looks at one that it shows only where the other stands beside it.
      if (is_echoed(f)) all[i].push_back(*f.rides_with);
    }
    for (const auto& name : f.also_changes) {
      const auto changed = parse_json_path(name);
      if (!changed || changed->empty()) continue;
      for (std::size_t k = 0; k < p.fields.size(); ++k)
        if (k != i && begins_with(p.fields[k].echo, *changed)) all[i].push_back(static_cast<field_index>(k));
    }
  }
  return all;
}

std::vector<std::vector<field_index>> changed_together(const profile& p) {
  std::vector<std::vector<field_index>> all(p.fields.size());
  for (std::size_t i = 0; i < p.fields.size(); ++i) {
    const auto& f = p.fields[i];
    all[i].insert(all[i].end(), f.together.begin(), f.together.end());
    if (f.rides_with && is_echoed(f)) all[to_index(*f.rides_with)].push_back(static_cast<field_index>(i));
  }
  return all;
}

const field_spec* needs_members_beside(const profile& p) noexcept {
  if (p.body_is.value_or(body_content::row) != body_content::row) return nullptr;
  const auto found = std::ranges::find(p.fields, comparison::members, &field_spec::compare);
  return found == p.fields.end() ? nullptr : &*found;
}

}  // namespace pawl::api
