// Which fields of a patch are sent together.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <vector>

namespace pawl::api {

// For each field the fields that are sent with it where a patch names them too, even if they show the wanted
// value already: its group (`together`), the fields that ride with it (`rides_with`), and the fields whose
// echo begins where a write of it changes something (`also_changes`). Goes one step only: the caller asks
// again for each field that it adds.
std::vector<std::vector<field_index>> sent_together(const profile&);

// For each field the fields that a write of it may change by the way, so that their old values are kept: its
// group, and the shown fields that ride with it.
std::vector<std::vector<field_index>> changed_together(const profile&);

// The first field of which rows name some members (comparison::members), where a write holds the row and a
// server that replaces would erase the members beside: a write then needs the object that was read. Null:
// there is none.
const field_spec* needs_members_beside(const profile&) noexcept;

}  // namespace pawl::api
