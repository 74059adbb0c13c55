// A profile from TOML text to compiled values. All complaints at once, each with file:line and remedy.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/model/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

struct profile_result {
  std::optional<api::profile> value;
  api::reading_spec reading;  // counts with a value only
  std::vector<failure> complaints;
};

profile_result compile_profile(std::string_view toml_text, const std::string& source_name);

// Names of the profiles that the program carries, and their text; nullopt: no such name.
std::vector<std::string> embedded_profile_names();
std::optional<std::string_view> embedded_profile(std::string_view name);

}  // namespace pawl::config
