// Writes JSON strings; everything that writes JSON uses it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl {

// Whether a JSON string cannot hold the bytes as they are: they have a quote, a backslash or one below
// U+0020.
bool needs_json_escape(std::string_view) noexcept;

// Appends a JSON string (RFC 8259 section 7): short escapes where JSON has them, \u00xx for the other control
// characters, everything else as it is. The text is not checked to be UTF-8.
void append_json_string(std::string& to, std::string_view utf8);
std::string json_string(std::string_view utf8);
// Appends the escape of one character of the Basic Multilingual Plane, short where JSON has a short one.
void append_json_escape(std::string& to, char32_t);
// How many bytes append_json_string appends.
std::size_t json_string_size(std::string_view utf8) noexcept;

// Appends the comma between two elements or members, where the array or object that is being written has one
// already.
void append_comma(std::string& to);

}  // namespace pawl
