// The part of a profile that describes reading: [list], [names] and whoami.needs.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"

namespace pawl::config {

// `needs` of the reader's table.
void read_needs(table_reader& whoami, api::scope_needs&);

// Needs the fields and the reply's id of the profile, read before. What is wrong goes to the reader's
// complaints.
void read_lists(table_reader& root, const api::profile&, api::reading_spec&);

}  // namespace pawl::config
