// The variables of a profile ([vars]): what a value of each must look like, and the values that a command
// gives them.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

struct given_variable {
  std::string name, value;
  std::string place;  // "-o vars.site", "pawl.toml:4"
  // Whose variable it is. Of `any`: of a file for several profiles, and those that have it take it. Of
  // `another`: of a file that names another profile, so nobody takes it.
  enum class meant_for : std::uint8_t { this_profile, any, another } is = meant_for::this_profile;
};

struct given_variables {
  std::vector<given_variable> values;
  // For commands that look at a profile and send nothing: a variable without a value stands for itself.
  bool may_lack = false;
};

// Checks each value against its pattern. Complaints about values name the place that gave them.
void read_variables(table_reader& root, const given_variables&, api::profile&);

// Complains about variables that stand in no template: whoever gives a value to one thinks that it counts.
void check_variables(table_reader& root, const api::profile&);

// The base URL with its variables filled in. A variable in the host is one DNS label in front of the API's
// own domain, whatever its pattern says: no value sends the key elsewhere.
void read_base_url(table_reader& root, api::profile&);

}  // namespace pawl::config
