// Reads the part of a profile that describes fields: [fields.NAME] and [readable].
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"

namespace pawl::config {

// Fills fields and readable. id_column, reply and read_first of the profile must have been read before.
// Complaints go to the reader; with a complaint the profile must not be used.
void read_fields(table_reader& root, api::profile&);

}  // namespace pawl::config
