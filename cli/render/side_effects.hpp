// What a write does beside what it is for, in the words of the profile: for whoever is about to say yes.
// Pure.
#pragma once

#include "engine/api/profile.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::cli {

// One sentence each: fields in use that change others by the way, and the profile's side effects as far as
// they concern these fields. `rows_with_field` by field_index; fields with 0 are not in use.
std::vector<std::string> side_effects(const api::profile&, const std::vector<std::uint64_t>& rows_with_field);

// What the body of each write holds, where that is more than the row's changes: "the whole resource ...".
// Empty: the changes.
std::string body_in_words(const api::profile&);

}  // namespace pawl::cli
