// Finds the profile of a ledger: the one that the command line or the config file names, else the one of that
// name in the program.
#pragma once

#include "config/settings.hpp"
#include "engine/api/profile.hpp"
#include "engine/model/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pawl::config {

// Of the options, only those that name a profile and a config file count. Unset: `complaints` has the
// reasons.
std::optional<api::profile> find_profile(const raw_options&, const environment&, const std::string& name,
                                         std::vector<failure>& complaints);

}  // namespace pawl::config
