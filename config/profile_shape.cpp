#include "config/profile_shape.hpp"

#include "config/toml_text.hpp"
#include "engine/input/input_digest.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::config {
namespace {

constexpr std::array<std::string_view, 8> shaping{"reply", "unknown_fields",  "resource", "write",
                                                  "read",  "request_headers", "fields",   "readable"};
// Of [resource] and of fields: what people are told, and where an input has its ids.
constexpr std::array<std::string_view, 4> words{"label", "also_changes", "id_column", "max_id_length"};

bool is_in(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Tables in the order of their keys, however the file has them.
void append(std::string& to, const std::string& path, const toml_value& value) {
  const auto* table = std::get_if<toml_table>(&value.is);
  if (table == nullptr) {
    to += path + " = " + toml_text(value) + "\n";
    return;
  }
  std::vector<const toml_entry*> entries;
  for (const auto& entry : *table)
    if (!is_in(words, entry.key)) entries.push_back(&entry);
  std::ranges::sort(entries, {}, &toml_entry::key);
  for (const auto* entry : entries) append(to, path + "." + toml_key(entry->key), entry->value);
}

}  // namespace

std::string profile_shape(const toml_table& root, const api::profile& profile) {
  std::string text;
  std::vector<const toml_entry*> entries;
  for (const auto& entry : root)
    if (is_in(shaping, entry.key)) entries.push_back(&entry);
  std::ranges::sort(entries, {}, &toml_entry::key);
  for (const auto* entry : entries) append(text, toml_key(entry->key), entry->value);
  for (const auto& v : profile.variables) text += "vars." + v.name + " = " + v.value + "\n";
  input::sha256_stream digest;
  digest.add(text);
  return input::to_hex(digest.finish());
}

}  // namespace pawl::config
