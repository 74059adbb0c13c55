// What is not a setting but an option of one command, and the rules between options. Each adds its
// complaints.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pawl::config {

// format, id column, --map, --ignore-column, --set, --limit, --progress, --summary, -q, -v and the switches.
void add_input_options(const raw_options&, settings&, std::vector<failure>& complaints);

// --retry: outcomes that may be taken again, each once.
void add_retry(const std::string& text, settings&, std::vector<failure>& complaints);

// --only-if against the profile.
void add_conditions(const raw_options&, settings&, std::vector<failure>& complaints);

// Options that exclude or need each other, and files that would overwrite one another.
void check_combinations(const raw_options&, const settings&, std::vector<failure>& complaints);

// Where a file of the command itself (--out) would be one that its settings read or write.
std::optional<failure> refuse_taken_place(const settings&, const std::string& flag, const std::string& path);

// The text of settings::as_json, from `effective` and the options that shape an input.
std::string settings_json(const settings&, const raw_options&);

}  // namespace pawl::config
