// Which fields of a patch are sent together.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <vector>

namespace pawl::api {

// For each field of the profile those that are sent with it where a patch names them too, even if they are
// equal now: its group (`together`), the fields that ride with it, and those that a write of it changes by
// the way
// (`also_changes`: their echo begins there). One step; what is sent brings its own companions along.
std::vector<std::vector<field_index>> companions(const profile&);

}  // namespace pawl::api
