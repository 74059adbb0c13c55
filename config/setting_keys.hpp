// The table of all settings. The config file, -o, the flags that stand for a setting, the defaults, the
// reference documentation and the suggestions for mistyped keys are made from it.
#pragma once

#include "config/settings.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

// How a value is written. This decides which TOML types a config file may use for it.
enum class setting_shape : std::uint8_t {
  text,
  boolean,
  boolean_or_word,  // true or "auto"
  count,
  duration,
  rates,             // one rate, or a list of them
  share,             // "20%" or 0.2
  count_or_word,     // 16 or "auto"
  count_or_percent,  // 50 or "10%"
  arguments,         // a list of texts: a program and its arguments
};

// Settings while they are read. Values that together make one setting are kept apart until all are known.
struct draft {
  settings value;
  std::string profile;  // name or file
  std::string base_url;
  bool allow_http = false;
  std::string proxy;
};

struct setting_key {
  std::string_view key;
  std::string_view flag;  // "--rate"; empty: no flag of its own
  setting_shape shape;
  std::string_view default_value;  // applied like a value that is given; empty: nothing is applied
  std::string_view default_note;   // what the reference says instead of a default value
  std::string_view meaning;        // one sentence or two, for people

  // The member of raw_options that has the flag's value; at most one of the two is set.
  std::optional<std::string> raw_options::* single = nullptr;
  std::vector<std::string> raw_options::* repeated = nullptr;

  // Applies the texts (one, except for rates and arguments). A failure has no place: the caller knows the
  // source.
  status (*apply)(draft&, std::span<const std::string>) = nullptr;
};

std::span<const setting_key> setting_keys();

// Position in setting_keys(). Linear: for the start.
std::optional<std::size_t> find_setting(std::string_view key);
std::span<const std::string_view> setting_names();

// Whether a text may be the name of a setting, perhaps mistyped. If not, it may be a key that was typed in
// the wrong place, and must not be shown.
bool is_setting_like(std::string_view);

}  // namespace pawl::config
