// The profile of a ledger: as the command line or the config file says, or by its name among those that the
// program carries.
#pragma once

#include "config/settings.hpp"
#include "engine/api/profile.hpp"
#include "engine/model/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pawl::config {

// Of the options, those that name a profile and a config file count. Nothing: what is wrong went to
// `complaints`.
std::optional<api::profile> find_profile(const raw_options&, const environment&, const std::string& name,
                                         std::vector<failure>& complaints);

}  // namespace pawl::config
