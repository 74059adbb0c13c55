// The values of settings from all sources, each with its source. The strongest layer wins: defaults < profile
// < config file < command line. On the command line a setting may be given once.
#pragma once

#include "config/profile_variables.hpp"
#include "config/settings.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

enum class layer : std::uint8_t { defaults, profile, file, command_line };

struct layered_value {
  std::vector<std::string> texts;  // one text, except for rates and arguments
  layer from = layer::defaults;
  // "pawl.toml:12", "--rate", "-o limits.write", "profile productlane"; empty: it is a default.
  std::string place;
};

class layers {
 public:
  layers();  // holds the defaults of the table

  // Drops a value from a weaker layer than that of the present value.
  void put(std::size_t setting, layered_value);

  // Null: the setting is not given and has no default.
  const layered_value* find(std::size_t setting) const;
  const layered_value* find(std::string_view key) const;  // the key must be in the table

  // A variable of the profile. A later one takes the place of an earlier one: the file comes first.
  void put(given_variable);
  const given_variables& variables() const noexcept { return variables_; }

 private:
  given_variables variables_;
  std::vector<std::optional<layered_value>> values_;  // by position in setting_keys()
};

// Both add the values that they find, and complain about those that they cannot take.
void add_command_line(layers&, const raw_options&, std::vector<failure>& complaints);
void add_profile(layers&, const api::profile&);

// A value that a config file sets.
struct file_setting {
  std::size_t setting;  // position in setting_keys()
  std::uint32_t line;   // the line of its key
  layered_value value;
};
// What a config file sets, in its order. The values count only once they are put into the layers.
struct config_file {
  std::vector<file_setting> settings;
  std::vector<given_variable> variables;  // its [vars]
};
config_file read_config_file(std::string_view toml_text, const std::string& file_name,
                             std::vector<failure>& complaints);

// Where variables of a profile stand: [vars], `-o vars.NAME=VALUE`.
inline constexpr std::string_view variables_table = "vars";

}  // namespace pawl::config
