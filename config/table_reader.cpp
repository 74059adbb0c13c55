#include "config/table_reader.hpp"

#include "engine/text/nearest.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace pawl::config {

table_reader::table_reader(const toml_table& table, std::string path, std::uint32_t line,
                           complaint_list& complaints)
    : table_(&table), path_(std::move(path)), line_(line), complaints_(&complaints) {}

std::string table_reader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const toml_entry* table_reader::find(std::string_view key) {
  known_.push_back(key);
  if (complaints_->watch != nullptr) (*complaints_->watch)(path_, key);
  const auto at = std::find_if(table_->begin(), table_->end(), [&](const auto& e) { return e.key == key; });
  return at == table_->end() ? nullptr : &*at;
}

void table_reader::complain(std::string_view key, const std::string& what, const std::string& remedy) {
  const auto at = std::find_if(table_->begin(), table_->end(), [&](const auto& e) { return e.key == key; });
  complaints_->add(at == table_->end() ? line_ : at->line, path_of(key), what, remedy);
}

void table_reader::complain_here(const std::string& what, const std::string& remedy) {
  complaints_->add(line_, path_, what, remedy);
}

std::optional<std::string> table_reader::text(std::string_view key) {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<std::string>(&entry->value.is)) return *value;
  complain(key, "must be text (got " + std::string(kind_name(entry->value)) + ")", "put it in quotes");
  return std::nullopt;
}

std::optional<std::string> table_reader::required_text(std::string_view key, const std::string& remedy) {
  auto value = text(key);
  const bool there = value || find(key) != nullptr;
  if (!there) complain(key, "is missing", remedy);
  if (value && value->empty()) {
    complain(key, "is empty", remedy);
    return std::nullopt;
  }
  return value;
}

std::optional<bool> table_reader::boolean(std::string_view key) {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<bool>(&entry->value.is)) return *value;
  complain(key, "must be true or false (got " + std::string(kind_name(entry->value)) + ")",
           "write true or false without quotes");
  return std::nullopt;
}

std::optional<std::uint64_t> table_reader::count(std::string_view key, std::uint64_t low,
                                                 std::uint64_t high) {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  const auto* value = std::get_if<std::int64_t>(&entry->value.is);
  if (value == nullptr) {
    complain(key, "must be a whole number (got " + std::string(kind_name(entry->value)) + ")",
             "write digits without quotes");
    return std::nullopt;
  }
  if (*value < 0 || static_cast<std::uint64_t>(*value) < low || static_cast<std::uint64_t>(*value) > high) {
    complain(key, "is out of range (got " + std::to_string(*value) + ")",
             "write a number from " + std::to_string(low) + " to " + std::to_string(high));
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*value);
}

std::optional<std::vector<std::string>> table_reader::text_list(const toml_entry& entry, bool one_is_enough) {
  if (one_is_enough)
    if (const auto* one = std::get_if<std::string>(&entry.value.is)) return std::vector<std::string>{*one};
  const auto* list = std::get_if<toml_list>(&entry.value.is);
  if (list == nullptr) {
    complain(entry.key, "must be a list of texts (got " + std::string(kind_name(entry.value)) + ")",
             "write [\"...\", \"...\"]");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const auto& item : *list) {
    const auto* one = std::get_if<std::string>(&item.is);
    if (one == nullptr) {
      complaints_->add(item.line, path_of(entry.key),
                       "must be a list of texts (an element is " + std::string(kind_name(item)) + ")",
                       "put each element in quotes");
      return std::nullopt;
    }
    texts.push_back(*one);
  }
  return texts;
}

std::optional<std::vector<std::string>> table_reader::texts(std::string_view key) {
  const auto* entry = find(key);
  return entry == nullptr ? std::nullopt : text_list(*entry, false);
}

std::optional<std::vector<std::string>> table_reader::text_or_texts(std::string_view key) {
  const auto* entry = find(key);
  return entry == nullptr ? std::nullopt : text_list(*entry, true);
}

std::optional<table_reader> table_reader::table(std::string_view key) {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<toml_table>(&entry->value.is))
    return table_reader(*value, path_of(key), entry->line, *complaints_);
  complain(key, "must be a table (got " + std::string(kind_name(entry->value)) + ")",
           "write [" + path_of(key) + "] and its keys below");
  return std::nullopt;
}

std::vector<table_reader> table_reader::tables(std::string_view key) {
  std::vector<table_reader> result;
  const auto* entry = find(key);
  if (entry == nullptr) return result;
  const auto* list = std::get_if<toml_list>(&entry->value.is);
  if (list == nullptr) {
    complain(key, "must be a list of tables (got " + std::string(kind_name(entry->value)) + ")",
             "write [[" + path_of(key) + "]] before each");
    return result;
  }
  for (const auto& item : *list) {
    if (const auto* value = std::get_if<toml_table>(&item.is))
      result.emplace_back(*value, path_of(key), item.line, *complaints_);
    else
      complaints_->add(item.line, path_of(key),
                       "must be a list of tables (an element is " + std::string(kind_name(item)) + ")",
                       "write [[" + path_of(key) + "]] before each");
  }
  return result;
}

void table_reader::finish() {
  for (const auto& entry : *table_) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const auto near = nearest(entry.key, known_);
    complaints_->add(entry.line, path_of(entry.key), "is not a known key",
                     near.empty() ? "remove it" : "did you mean " + std::string(near) + "?");
  }
}

}  // namespace pawl::config
