// Finds the names of fields that an input uses and its profile does not describe, where the profile says of
// what form such fields are (profile::any_field). The profile is then completed with them before anything is
// compiled, so they are fields like all others from there on.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/job_source.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace pawl::input {

// How many such names one input may use; further ones stay unknown, and their rows are complaints. Chosen.
inline constexpr std::size_t max_unknown_names = 1'000;

// In the order of their first use; none if the profile has no any_field. A CSV has them in its header; of
// NDJSON every line is read. An input that cannot be read has none: opening it says why.
std::vector<std::string> unknown_names(const std::string& path, const api::profile&, const source_options&);

// Adds the names that a JSON object has as members.
void add_unknown_names(std::string_view object, const api::profile&, std::vector<std::string>& to);

}  // namespace pawl::input
