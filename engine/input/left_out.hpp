// What of a row's patch stays out when the row is tried again, because later rows of its id have written it.
// An entry is the name of a field, or, where only some members of an object stay out, `{"FIELD":{...}}` with
// these members as api::append_overlap() names them. No name of a field begins like that. Pure.
#pragma once

#include "engine/model/byte_arena.hpp"
#include "engine/model/job.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// The entry for some members of a field.
std::string left_out_part(std::string_view field, std::string_view members);

// Removes what stays out. A value that loses some of its members becomes a text in `texts`.
void leave_out(std::vector<field_value>& patch, std::span<const std::string> left_out, byte_arena& texts);

}  // namespace pawl::input
