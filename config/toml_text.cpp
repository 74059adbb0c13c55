#include "config/toml_text.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/json_string.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace pawl::config {

std::string toml_key(std::string_view name) {
  const bool is_bare = !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-';
  });
  return is_bare ? std::string{name} : toml_string(name);
}

// TOML has the escapes of JSON, and takes no DEL as it is.
std::string toml_string(std::string_view text) {
  std::string made;
  for (const char c : json_string(text)) made += c == '\x7f' ? std::string{"\\u007f"} : std::string(1, c);
  return made;
}

std::string toml_text(const toml_value& value) {
  if (const auto* text = std::get_if<std::string>(&value.is)) return toml_string(*text);
  if (const auto* flag = std::get_if<bool>(&value.is)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value.is)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value.is)) {
    auto text = fmt::format("{}", *real);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
  }
  std::string made;
  if (const auto* list = std::get_if<toml_list>(&value.is)) {
    for (const auto& item : *list) made += (made.empty() ? "" : ", ") + toml_text(item);
    return "[" + made + "]";
  }
  if (const auto* table = std::get_if<toml_table>(&value.is)) {
    for (const auto& entry : *table)
      made += (made.empty() ? "" : ", ") + toml_key(entry.key) + " = " + toml_text(entry.value);
    return made.empty() ? "{}" : "{ " + made + " }";
  }
  return "\"\"";
}

}  // namespace pawl::config
