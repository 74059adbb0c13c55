// Text for people and for JSON that more than one room writes.
#pragma once

#include "engine/model/job.hpp"

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
// How many bytes append_json_string appends.
std::size_t json_string_size(std::string_view utf8) noexcept;

// Letters of ASCII count alike in either case.
bool equal_without_case(std::string_view a, std::string_view b) noexcept;
std::string in_lower_case(std::string_view);
inline bool same_id(std::string_view a, std::string_view b, id_compare how) noexcept {
  return how == id_compare::exact ? a == b : equal_without_case(a, b);
}

}  // namespace pawl
