#include "config/profile_limits.hpp"

#include "config/quantity.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::config {
namespace {

void read_class(table_reader& in, std::string_view key, bool is_needed, api::limit_set& into) {
  const auto texts = in.text_or_texts(key);
  if (!texts) {
    if (is_needed && in.find(key) == nullptr)
      in.complain(key, "is missing", "write what the API allows, or \"unlimited\"");
    return;
  }
  auto windows = parse_rates(*texts);
  if (windows)
    into.windows = *std::move(windows);
  else
    in.complain(key, windows.error().what, windows.error().remedy);
}

// A text, or a table with what a request costs. `read_cost`: of a read, where nothing is said.
std::optional<rate_limit> read_entry(const toml_value& value, const std::string& path, std::uint32_t line,
                                     std::uint32_t read_cost, complaint_list& complaints) {
  const auto complain = [&](const failure& f) { complaints.add(line, path, f.what, f.remedy); };
  if (const auto* text = std::get_if<std::string>(&value.is)) {
    auto rate = parse_rate(*text);
    if (!rate)
      complain(rate.error());
    else if (!*rate)
      complaints.add(line, path, "is unlimited", "leave " + path + " out");
    else
      return rate_limit{**rate, read_cost, 1};
    return std::nullopt;
  }
  const auto* table = std::get_if<toml_table>(&value.is);
  if (table == nullptr) {
    complaints.add(line, path,
                   "must be a list of rates (an element is " + std::string(kind_name(value)) + ")",
                   "write \"900/min\", or { rate = \"900/min\", read = 1, write = 5 }");
    return std::nullopt;
  }
  table_reader in(*table, path, line, complaints);
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  const auto text = in.required_text("rate", "add rate = \"900/min\"");
  const auto read = in.count("read", 0, most).value_or(read_cost);
  const auto write = in.count("write", 0, most).value_or(1);
  in.finish();
  if (!text) return std::nullopt;
  const auto rate = parse_rate(*text);
  if (!rate) {
    in.complain("rate", rate.error().what, rate.error().remedy);
    return std::nullopt;
  }
  if (!*rate) {
    in.complain("rate", "is unlimited", "remove the entry");
    return std::nullopt;
  }
  auto limit = with_costs(**rate, read, write);
  if (limit) return *limit;
  in.complain_here(limit.error().what, limit.error().remedy);
  return std::nullopt;
}

void read_weighted(table_reader& in, std::string_view key, std::uint32_t read_cost,
                   std::vector<rate_limit>& into) {
  const auto* entry = in.find(key);
  if (entry == nullptr) return;
  const auto add = [&](const toml_value& value, std::uint32_t line) {
    if (const auto limit = read_entry(value, in.path_of(key), line, read_cost, in.complaints()))
      into.push_back(*limit);
  };
  if (const auto* list = std::get_if<toml_list>(&entry->value.is)) {
    for (const auto& item : *list) add(item, item.line);
  } else {
    add(entry->value, entry->line);
  }
}

}  // namespace

void read_limits(table_reader& root, api::profile& profile) {
  auto in = root.table("limits");
  if (!in) {
    if (root.find("limits") == nullptr)
      root.complaints().add(0, "limits", "is missing", "add [limits] with write = [\"60/min\"] and read");
    return;
  }
  read_weighted(*in, "all", 1, profile.all_limits);
  // The APIs that limit one resource count its updates (Zendesk: 30 in 10 min, Jira: 20 writes in 2 s).
  read_weighted(*in, "each", 0, profile.each_limits);
  const bool is_needed = in->find("all") == nullptr;
  read_class(*in, "write", is_needed, profile.write_limits);
  read_class(*in, "read", is_needed, profile.read_limits);
  in->finish();
}

}  // namespace pawl::config
