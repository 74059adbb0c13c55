// A profile as people read it: with everything that it leaves to a default.
#pragma once

#include "config/document.hpp"
#include "config/profile_loader.hpp"
#include "engine/model/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

// A profile by its name in the program, or by its file (a name with / or ending in .toml).
struct profile_source {
  std::string text;
  std::string name;  // for messages: "productlane.toml", "./mine.toml"
};
expected<profile_source> read_profile_source(const std::string& name_or_file);

// TOML that means the same as `root`, whose compilation `compiled` is (it has a value). Each line says where
// it comes from: "# line 12", "# default", or the table that gives the value.
std::string profile_in_full(const toml_table& root, const profile_result& compiled);

// What the program has: a line for each profile, with what it writes to and what it needs to be told.
std::string embedded_profiles_in_words();

}  // namespace pawl::config
