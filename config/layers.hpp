// Values of settings from everywhere, each with its source; the strongest layer wins:
// defaults < profile < config file < command line. On the command line a setting may be given once.
#pragma once

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
  std::vector<std::string> texts;  // one, but for rates
  layer from = layer::defaults;
  std::string place;  // "pawl.toml:12", "--rate", "-o limits.write", "profile productlane"; empty: a default
};

class layers {
 public:
  layers();  // the defaults of the table

  // A value of a weaker layer than the one that stands is dropped.
  void put(std::size_t setting, layered_value);

  // Null: nowhere given, and without a default.
  const layered_value* find(std::size_t setting) const;
  const layered_value* find(std::string_view key) const;  // a key of the table

 private:
  std::vector<std::optional<layered_value>> values_;  // by position in setting_keys()
};

// Each adds what it finds and complains of what it cannot take.
void add_command_line(layers&, const raw_options&, std::vector<failure>& complaints);
void add_profile(layers&, const api::profile&);

// One value that a config file sets.
struct file_setting {
  std::size_t setting;  // position in setting_keys()
  std::uint32_t line;   // of its key
  layered_value value;
};
// Everything that it sets, in the order of the file. Nothing counts before it is put into the layers.
std::vector<file_setting> read_config_file(std::string_view toml_text, const std::string& file_name,
                                           std::vector<failure>& complaints);

}  // namespace pawl::config
