// Reads options that are no settings but belong to one command, and checks the rules between options. Each
// function adds its complaints.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pawl::config {

// Reads format, id column, --map, --ignore-column, --set, --limit, --progress, --summary, -q, -v and the
// switches.
void add_input_options(const raw_options&, settings&, std::vector<failure>& complaints);

// --quiet-api: puts the profile's [quiet] into its writes.
void apply_quiet(const raw_options&, settings&, std::vector<failure>& complaints);

// Reads --retry: outcomes that may be taken again, each once.
void add_retry(const std::string& text, settings&, std::vector<failure>& complaints);

// Checks --only-if and --fill-empty against the profile.
void add_conditions(settings&, std::vector<failure>& complaints);

// Options that exclude or need each other, and files that would overwrite one another.
void check_combinations(const raw_options&, const settings&, std::vector<failure>& complaints);

// The failure if a file of the command itself (--out) is one that its settings read or write.
std::optional<failure> refuse_taken_place(const settings&, const std::string& flag, const std::string& path);

// Makes the text of settings::as_json from `effective` and the options that shape an input.
std::string settings_json(const settings&, const raw_options&);

}  // namespace pawl::config
