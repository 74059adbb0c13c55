#include "config/profile_keys.hpp"

#include <utility>

namespace pawl::config {
namespace {

// What stands above the keys of a table, as a profile writes it.
std::string heading(std::string_view table) {
  if (table.empty()) return "The top of the file";
  const std::string name{table};
  if (table == "rules") return "`[[rules]]`";
  if (table == "limits.all") return "A rate of `limits.all` or `limits.each` that is a table";
  if (table == "fields.X.requires") return "An element of `requires` in `[fields.X]`";
  return "`[" + name + "]`";
}

}  // namespace

std::string table_cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

const std::vector<profile_key>& profile_keys() {
  static const auto all = [] {
    std::vector<profile_key> keys;
    for (const auto part : {detail::request_keys(), detail::reply_keys(), detail::field_keys()})
      keys.insert(keys.end(), part.begin(), part.end());
    return keys;
  }();
  return all;
}

std::string profile_reference() {
  std::string text;
  const profile_key* before = nullptr;
  for (const auto& k : profile_keys()) {
    if (before == nullptr || before->table != k.table)
      text += (before == nullptr ? "### " : "\n### ") + heading(k.table) +
              "\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n";
    before = &k;
    text += "| `" + table_cell(k.key) + "` | " + table_cell(k.value) + " | " +
            (k.default_value.empty() ? table_cell(k.default_note) : "`" + table_cell(k.default_value) + "`") +
            " | " + table_cell(k.meaning) + " |\n";
  }
  return text;
}

}  // namespace pawl::config
