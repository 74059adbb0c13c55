// A TOML document as plain values that know their line. Profiles and config files are read with it. The TOML
// library stays in the .cpp.
#pragma once

#include "engine/model/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pawl::config {

struct toml_entry;
struct toml_value;
using toml_table = std::vector<toml_entry>;  // in the order of the file
using toml_list = std::vector<toml_value>;
struct toml_moment {};  // a date or time; no setting takes one

struct toml_value {
  std::variant<std::string, bool, std::int64_t, double, toml_moment, toml_list, toml_table> is;
  std::uint32_t line = 0;  // 1-based
};

struct toml_entry {
  std::string key;
  toml_value value;
  std::uint32_t line = 0;  // of the key
};

struct document {
  toml_table root;
  std::vector<failure> complaints;  // one, if the text is not TOML; the root is then empty
};

// A key of more than 64 parts, and lists and tables nested more than 64 deep, are complaints too (bounds
// chosen).
document read_toml(std::string_view text, const std::string& source_name);

// What kind of value it is, for messages: "text", "a number", "a list".
std::string_view kind_name(const toml_value&);

// Is told of each key that is asked for, with the path of its table.
using key_watch = std::function<void(const std::string& table, std::string_view key)>;

// Collects complaints about one document: `file:line: key: what; remedy`.
struct complaint_list {
  std::string source;
  std::vector<failure> all{};
  const key_watch* watch = nullptr;  // null: nobody wants to know

  void add(std::uint32_t line, const std::string& key, const std::string& what, const std::string& remedy);
};

}  // namespace pawl::config
