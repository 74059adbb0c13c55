// What the readers of a profile's tables share.
#pragma once

#include "config/table_reader.hpp"
#include "engine/text/json_path.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

// RFC 9110 section 5.6.2.
bool is_header_name(std::string_view);
// RFC 9110 section 5.5, without bytes that end a line.
bool is_header_value(std::string_view);

// Whether a text may stand in a request line below the base URL.
bool is_request_target(std::string_view);

// Each leaves `into` as it was if the key is missing, and complains of what cannot be read.
void read_path(table_reader& in, std::string_view key, json_path& into);
// A path, or a list of them.
void read_paths(table_reader& in, std::string_view key, std::vector<json_path>& into);
// A path to one place: it may pick an element of a list, and walks none.
void read_place(table_reader& in, std::string_view key, json_path& into);
void read_header_name(table_reader& in, std::string_view key, std::string& into);

}  // namespace pawl::config
