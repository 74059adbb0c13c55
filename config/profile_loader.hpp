// Compiles a profile from TOML text. Returns all complaints at once, each with file:line and remedy.
#pragma once

#include "config/document.hpp"
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

// A variable that has no value is a complaint, unless `given` lets it lack. `watch` (may be null) is told of
// the keys that there are.
profile_result compile_profile(std::string_view toml_text, const std::string& source_name,
                               const given_variables& given = {}, const key_watch* watch = nullptr);

// The names of the profiles that the program contains, and their text; nullopt: there is no such profile.
std::vector<std::string> embedded_profile_names();
std::optional<std::string_view> embedded_profile(std::string_view name);

// Whether a word that names a profile is that of a file: it has a slash, or ends in .toml.
bool is_profile_file(std::string_view name) noexcept;
// The failure where the program has no profile of that name; it has no place.
failure no_such_profile(const std::string& name);

}  // namespace pawl::config
