// A TOML document as plain values that know their line. The TOML library stays behind the .cpp; profiles and
// config files are read through this.
#pragma once

#include "engine/model/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pawl::config {

struct toml_entry;
struct toml_value;
using toml_table = std::vector<toml_entry>;  // in the order of the file
using toml_list = std::vector<toml_value>;
struct toml_moment {};  // dates and times: no setting takes one

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
  std::vector<failure> complaints;  // one, if the text is no TOML; then the root is empty
};

// A key of more than 64 parts, and lists and tables more than 64 deep, are complaints too.
document read_toml(std::string_view text, const std::string& source_name);

// "text", "a number", "a list" ...: what a value is, for messages.
std::string_view kind_name(const toml_value&);

// Where complaints about one document are gathered: `file:line: key: what; remedy`.
struct complaint_list {
  std::string source;
  std::vector<failure> all{};

  void add(std::uint32_t line, const std::string& key, const std::string& what, const std::string& remedy);
};

}  // namespace pawl::config
