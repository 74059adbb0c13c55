// What a value of the wire may not break: shared by the libFuzzer target and by the unit test that runs every
// seed.
#pragma once

#include <string_view>

namespace pawl::api::fuzzing {

// Reads the text as a shown value of a field of each form. What was read, written back and read again is the
// same value; what cannot be read goes back as it came. Aborts otherwise.
void read_shown_value(std::string_view text);

}  // namespace pawl::api::fuzzing
