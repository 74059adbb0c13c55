// Reads the keys of one TOML table, each with its type, and complains about keys that are missing, mistyped
// or unknown.
#pragma once

#include "config/document.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

class table_reader {
 public:
  // `path` stands before the keys in messages ("fields.status"); it is empty at the top. Table and list must
  // outlive the reader.
  table_reader(const toml_table&, std::string path, std::uint32_t line, complaint_list&);

  // The entry of a key, which finish() then counts as known; null if it is missing.
  const toml_entry* find(std::string_view key);

  // nullopt: the key is missing, or has another type, which is a complaint.
  std::optional<std::string> text(std::string_view key);
  std::optional<std::string> required_text(std::string_view key, const std::string& remedy);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t low, std::uint64_t high);
  std::optional<std::vector<std::string>> texts(std::string_view key);
  // A list of texts, or one text.
  std::optional<std::vector<std::string>> text_or_texts(std::string_view key);
  std::optional<table_reader> table(std::string_view key);
  // The elements of a list of tables (`[[rules]]`, or `[{...}, ...]`).
  std::vector<table_reader> tables(std::string_view key);

  // Complains about every key that was not asked for, and names the nearest key that was.
  void finish();

  void complain(std::string_view key, const std::string& what,
                const std::string& remedy);                                // at the key's line
  void complain_here(const std::string& what, const std::string& remedy);  // about the table

  const toml_table& entries() const { return *table_; }
  complaint_list& complaints() { return *complaints_; }
  const std::string& path() const { return path_; }
  std::string path_of(std::string_view key) const;

 private:
  std::optional<std::vector<std::string>> text_list(const toml_entry&, bool one_is_enough);

  const toml_table* table_;
  std::string path_;
  std::uint32_t line_;
  complaint_list* complaints_;
  std::vector<std::string_view> known_;
};

}  // namespace pawl::config
