// The one table of settings: it drives the config file, -o, the flags that stand for a setting, the defaults,
// the reference documentation and the suggestions for mistyped keys.
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

// How a value is written. It decides which TOML types a config file may use for it.
enum class setting_shape : std::uint8_t {
  text,
  boolean,
  count,
  duration,
  rates,             // one rate, or a list of them
  share,             // "20%" or 0.2
  count_or_word,     // 16 or "auto"
  count_or_percent,  // 50 or "10%"
};

// Settings while they are read: what several of them decide together stays apart until all are known.
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
  std::string_view default_value;  // applied like a given one; empty: nothing is applied
  std::string_view default_note;   // what to say instead of a default value
  std::string_view meaning;        // one sentence or two, for people

  // Where the command line keeps the flag's value; at most one of the two is set.
  std::optional<std::string> raw_options::* single = nullptr;
  std::vector<std::string> raw_options::* repeated = nullptr;

  // Takes over the texts (one, but for rates). A failure has no place: the caller knows the source.
  status (*apply)(draft&, std::span<const std::string>) = nullptr;
};

std::span<const setting_key> setting_keys();

// Position in setting_keys(). Linear: for start-up.
std::optional<std::size_t> find_setting(std::string_view key);
std::span<const std::string_view> setting_names();

// Whether a text may be the name of a setting, mistyped perhaps, rather than a key that was typed in its
// place: only then is it shown.
bool is_setting_like(std::string_view);

}  // namespace pawl::config
