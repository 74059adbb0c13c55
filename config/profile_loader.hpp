// Compiles a profile from TOML text. Returns all complaints at once, each with file:line and remedy.
#pragma once

#include "config/profile_variables.hpp"
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
  api::reading_spec reading;  // valid only with a value
  std::vector<failure> complaints;
};

// A variable that has no value is a complaint, unless `given` lets it lack.
profile_result compile_profile(std::string_view toml_text, const std::string& source_name,
                               const given_variables& given = {});

// The names of the profiles that the program contains, and their text; nullopt: there is no such profile.
std::vector<std::string> embedded_profile_names();
std::optional<std::string_view> embedded_profile(std::string_view name);

}  // namespace pawl::config
