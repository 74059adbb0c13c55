// Reads [limits] of a profile: what the API allows.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"

namespace pawl::config {

void read_limits(table_reader& root, api::profile&);

}  // namespace pawl::config
