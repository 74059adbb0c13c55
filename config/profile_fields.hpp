// The part of a profile that describes fields: [fields.NAME] and [readable].
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"

namespace pawl::config {

// Fills fields and readable. Needs id_column, reply and read_first of the profile, read before. What is wrong
// goes to the reader's complaints; the profile is then not to be used.
void read_fields(table_reader& root, api::profile&);

}  // namespace pawl::config
