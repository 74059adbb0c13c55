// Reads and checks what a profile says of requests for several resources: [read_many] and [write_many].
#pragma once

#include "config/request_holes.hpp"
#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"

namespace pawl::config {

// After [resource], [write] and [read].
void read_batches(table_reader& root, const hole_reader&, api::profile&);

}  // namespace pawl::config
