// A normal form of JSON: equal values have equal texts.
#pragma once

#include <string>
#include <string_view>

namespace pawl {

// Appends the normal form: members are sorted by name, strings have their bytes as they are (only quote and
// backslash are escaped), numbers are as append_normal_number() writes them. It serves comparisons and need
// not be JSON. False: `json` is not one JSON value, is deeper than max_json_depth, or repeats a name; `to`
// then holds a part.
//
// (Compact JSON is another form; the input is turned into it, and requests are made of it. It has no white
// space outside of strings, numbers and members stand as they were written, and strings have the fewest
// escapes.)
bool append_normal_form(std::string& to, std::string_view json);

// Whether two texts are the same JSON value: they have the same normal form. Equal texts are, sound or not.
bool is_same_json(std::string_view a, std::string_view b);

}  // namespace pawl
