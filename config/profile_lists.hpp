// Reads the part of a profile that describes reading: [list], [names], [match.FIELD] and whoami.needs.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"

namespace pawl::config {

// Reads `needs` of the reader's table.
void read_needs(table_reader& whoami, api::scope_needs&);

// The fields and the reply's id of the profile must have been read before. Complaints go to the reader.
void read_lists(table_reader& root, const api::profile&, api::reading_spec&);

}  // namespace pawl::config
