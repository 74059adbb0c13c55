#include "engine/api/profile.hpp"

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

std::optional<json_path> parse_json_path(std::string_view text) {
  json_path path;
  while (!text.empty()) {
    const auto dot = text.find('.');
    auto key = text.substr(0, dot);
    path_step step;
    if (key.ends_with("[]")) {
      step.each = true;
      key.remove_suffix(2);
    }
    if (key.empty() || key.find_first_of("[]") != std::string_view::npos) return std::nullopt;
    step.key = key;
    path.push_back(std::move(step));
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
    if (text.empty()) return std::nullopt;
  }
  return path;
}

std::string to_string(const json_path& path) {
  std::string text;
  for (const auto& step : path) {
    if (!text.empty()) text += '.';
    text += step.key;
    if (step.each) text += "[]";
  }
  return text;
}

}  // namespace pawl::api
