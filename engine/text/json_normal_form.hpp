// One form per JSON value, so that equal values are equal texts.
#pragma once

#include <string>
#include <string_view>

namespace pawl {

// Appends the normal form: members sorted by name, strings with their bytes as they are (only quote and
// backslash are escaped), numbers as in append_normal_number. It is for comparing and need not be JSON.
// False: not one JSON value, deeper than max_json_depth, or with a repeated name; `to` then holds a part.
//
// (Compact JSON, which the input becomes and requests are made of, is another form: no white space outside
// strings, numbers and members as they were written, strings with the fewest escapes.)
bool append_normal_form(std::string& to, std::string_view json);

}  // namespace pawl
