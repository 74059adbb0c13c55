// Reads [[rules]]: what statuses, codes, messages and headers of a reply mean.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"

namespace pawl::config {

void read_rules(table_reader& root, api::profile&);

}  // namespace pawl::config
