// The counts of an input's validation, as the ledger keeps them beside the settings. With them an invocation
// that goes on knows which fields are in use, and whether any row has a name to look up, without reading the
// rows again. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/validation.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pawl::app {

// Adds the fingerprint and the counts of the report to the settings (options::as_json, a JSON object).
std::string with_validation(std::string settings_json, const input::validation_report&, const api::profile&);

// The counts in such settings, valid for the same input read in the same way: rows_with_field, bad_rows,
// rows_with_* and the swap; `rows` is in generation_row. nullopt: there are none (earlier versions wrote
// none), or the profile describes its fields differently now.
std::optional<input::validation_report> recorded_validation(std::string_view settings_json,
                                                            const api::profile&);

// The fingerprint of the input's bytes in such settings; nullopt: none is there.
std::optional<input::keyed_fingerprint> recorded_print(std::string_view settings_json);

}  // namespace pawl::app
