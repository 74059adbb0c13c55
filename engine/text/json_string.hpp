// JSON strings, as everything that writes JSON writes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl {

// True where a JSON string cannot hold the bytes as they are: quote, backslash, below U+0020.
bool needs_json_escape(std::string_view) noexcept;

// A JSON string (RFC 8259 section 7): short escapes where there are some, \u00xx for the other control
// characters, everything else as it is. `utf8` is not checked.
void append_json_string(std::string& to, std::string_view utf8);
std::string json_string(std::string_view utf8);
// The escape of one character of the Basic Multilingual Plane, as above.
void append_json_escape(std::string& to, char32_t);
// How many bytes append_json_string appends.
std::size_t json_string_size(std::string_view utf8) noexcept;

}  // namespace pawl
