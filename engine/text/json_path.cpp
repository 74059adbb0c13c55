#include "engine/text/json_path.hpp"

#include <utility>

namespace pawl {

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

}  // namespace pawl
