// Tells people, before they agree, what a write does beside its purpose, in the words of the profile. Pure.
#pragma once

#include "engine/api/profile.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::cli {

// One sentence each: fields in use whose write changes others by the way, and those side effects of the
// profile that concern fields in use. `rows_with_field` is indexed by field_index; fields with 0 are not in
// use.
std::vector<std::string> side_effects(const api::profile&, const std::vector<std::uint64_t>& rows_with_field);

// Whom the API tells of the writes, or that it is asked to tell nobody (`is_quiet`: with --quiet-api), and by
// what; empty: the profile knows no way to ask for that.
std::string notices_in_words(const api::profile&, bool is_quiet);

// What the body of each write holds if it is more than the row's changes: "the whole resource ...". Empty: it
// holds the changes.
std::string body_in_words(const api::profile&);

}  // namespace pawl::cli
