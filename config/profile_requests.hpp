// Reads what a profile says of its requests: [vars], [resource], [write], [read], [read_many], [write_many]
// and [quiet].
#pragma once

#include "config/profile_variables.hpp"
#include "config/request_holes.hpp"
#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"

namespace pawl::config {

void read_requests(table_reader& root, const hole_reader&, api::profile&);
// After the fields are known: a member of a body must not stand beside a field of the same name.
void check_bodies(table_reader& root, const api::profile&);

}  // namespace pawl::config
