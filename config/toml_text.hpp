// Writes TOML: keys and values on one line.
#pragma once

#include "config/document.hpp"

#include <string>
#include <string_view>

namespace pawl::config {

// The key as it stands before "=" or between brackets: bare, or in quotes where TOML wants them.
std::string toml_key(std::string_view name);
std::string toml_string(std::string_view text);
// A table is an inline one. Dates are not kept in a document, so none may be in the value.
std::string toml_text(const toml_value&);

}  // namespace pawl::config
