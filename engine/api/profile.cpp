#include "engine/api/profile.hpp"

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
  auto text = name;
  for (const auto& v : variables) text += (&v == &variables.front() ? " (" : ", ") + v.name + "=" + v.value;
  return variables.empty() ? text : text + ")";
}

std::string_view profile_name_of(std::string_view name_with_variables) noexcept {
  return name_with_variables.substr(0, name_with_variables.find(' '));
}

bool is_guarded(const profile& p) noexcept {
  return has_hole(p.write, hole::was) || has_hole(p.write, hole::was_header);
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
  const auto add = [&names](const json_path& place) {
    if (!place.empty() && std::ranges::find(names, place.back().key) == names.end())
      names.push_back(place.back().key);
  };
  for (const auto& f : p.fields) {
    if (f.verb != set_verb::none || f.compare == comparison::none) continue;
    add(f.at.empty() ? json_path{{f.name, false}} : f.at);
  }
  for (const auto& r : p.readable) add(r.path);
  return names;
}

void add_used_fields(profile& to, std::span<const std::string> names) {
  constexpr std::size_t most = 65'000;  // as many as a profile may describe
  if (!to.any_field) return;
  for (const auto& name : names)
    if (to.fields.size() < most && !to.find(name)) to.fields.push_back(field_in_form_of(*to.any_field, name));
}

}  // namespace pawl::api
