// What `pawl profile check` says of a saved reply. Pure.
#pragma once

#include "engine/app/profile_check.hpp"

#include <string>

namespace pawl::cli {

// A line for each thing that the profile says: its name, where it stands, what is there. Lines that need
// somebody begin with "!".
std::string profile_check_lines(const app::profile_check_answer&);

}  // namespace pawl::cli
