// Reads what a profile says of its requests: [vars], [resource], [write], [read], [read_many], [write_many]
// and [quiet].
#pragma once

#include "config/profile_variables.hpp"
#include "config/request_holes.hpp"
#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"

namespace pawl::config {

void read_requests(table_reader& root, const hole_reader&, api::profile&);
// After everything else is known: no name stands twice in a body, and no header in a request.
void check_requests(table_reader& root, const api::profile&, const api::reading_spec&);

}  // namespace pawl::config
