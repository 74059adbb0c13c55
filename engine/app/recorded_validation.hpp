// What the validation of an input has counted, as the ledger keeps it beside the settings: who goes on with a
// run knows the fields in use, and that no row has a name to look up, without reading the rows again. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/validation.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pawl::app {

// The settings (options::as_json, a JSON object) with the fingerprint and the counts of the report.
std::string with_validation(std::string settings_json, const input::validation_report&, const api::profile&);

// The counts in such settings, of the same input read the same way: rows_with_field, bad_rows, rows_with_*
// and the swap; `rows` stands in generation_row. nullopt: none are there (earlier versions wrote none), or
// the profile says something else of its fields now.
std::optional<input::validation_report> recorded_validation(std::string_view settings_json,
                                                            const api::profile&);

// The fingerprint of the input's bytes in such settings; nullopt: none is there.
std::optional<input::keyed_fingerprint> recorded_print(std::string_view settings_json);

}  // namespace pawl::app
