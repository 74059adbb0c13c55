#include "engine/api/profile.hpp"

#include "engine/api/write_template.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/json_string.hpp"

#include <algorithm>

namespace pawl::api {

std::string_view to_string(body_content is) noexcept {
  switch (is) {
    case body_content::changes:
      return "changes";
    case body_content::row:
      return "row";
    case body_content::whole:
      break;
  }
  return "whole";
}

std::optional<body_content> parse_body_content(std::string_view text) noexcept {
  for (const auto is : {body_content::changes, body_content::row, body_content::whole})
    if (to_string(is) == text) return is;
  return std::nullopt;
}

std::optional<field_index> profile::find(std::string_view field_name) const noexcept {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == field_name) return static_cast<field_index>(i);
  return std::nullopt;
}

std::string profile::name_with_variables() const {
  const auto is_plain = [](char c) {
    return is_alphanumeric(c) || std::string_view{"-_.@+:"}.find(c) != std::string_view::npos;
  };
  auto sorted = variables;
  std::ranges::sort(sorted, {}, &profile_variable::name);
  std::string text;
  for (const auto& v : sorted) {
    text += (text.empty() ? "" : ", ") + v.name + "=";
    text += std::ranges::all_of(v.value, is_plain) ? v.value : json_string(v.value);
  }
  return text.empty() ? name : name + " (" + text + ")";
}

std::string_view profile_name_of(std::string_view name_with_variables) noexcept {
  return name_with_variables.substr(0, name_with_variables.find(' '));
}

bool is_guarded(const profile& p) noexcept {
  return has_hole(p.write, hole::was) || has_hole(p.write, hole::was_header) ||
         has_hole(p.write_many.request, hole::was);
}

field_spec field_in_form_of(const field_spec& any, std::string_view name) {
  auto made = any;
  made.name = name;
  for (auto* path : {&made.at, &made.echo})
    for (auto& step : *path)
      if (step.key == any.name) step.key = name;
  return made;
}

std::vector<std::string> asked_names(const profile& p) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  const auto is_array = [](const path_step& step) { return step.each || step.pick; };
  // Objects that hold the fields of a resource, as `properties` and `fields` do.
  std::vector<std::string> holders;
  for (const auto& f : p.fields) {
    if (f.verb != set_verb::none || f.compare == comparison::none) continue;
    const auto place = f.at.empty() ? json_path{{f.name}} : f.at;
    const auto last = std::ranges::find_if(place, is_array);
    add(last == place.end() ? place.back().key : last->key);
    if (place.size() > 1 && !is_array(place.front())) holders.push_back(place.front().key);
  }
  const auto add_place = [&](const json_path& place) {
    if (place.empty()) return;
    const bool is_held = place.size() > 1 && std::ranges::find(holders, place.front().key) != holders.end();
    add(place[is_held ? 1 : 0].key);
  };
  for (const auto& r : p.readable) add_place(r.path);
  for (const auto& guard : guard_places(p)) add_place(guard.path);
  return names;
}

void add_used_fields(profile& to, std::span<const std::string> names) {
  constexpr std::size_t most = 65'000;  // as many as a profile may describe
  if (!to.any_field) return;
  for (const auto& name : names)
    if (to.fields.size() < most && !to.find(name)) to.fields.push_back(field_in_form_of(*to.any_field, name));
}

}  // namespace pawl::api
