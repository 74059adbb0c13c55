// Pieces of CSV and NDJSON lines. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pawl::cli {

// One cell of CSV (RFC 4180), quoted where it has to be.
void append_cell(std::string& to, std::string_view cell, char delimiter = ',');

// JSON text without the white space outside of strings, so that it fits into a line.
void append_compact(std::string& to, std::string_view json);

}  // namespace pawl::cli
