// What a Retry-After from anywhere may not break: shared by the libFuzzer target and by the unit test that
// runs every seed.
#pragma once

#include <string_view>

namespace pawl::policy::fuzzing {

// Reads the text as Retry-After and as an HTTP-date. Aborts on a wait below zero or over 366 days, on one
// that blanks around the text or a later moment of asking make longer, and on a date that does not survive
// being written in the form that RFC 9110 wants (IMF-fixdate).
void read_waits(std::string_view text);

}  // namespace pawl::policy::fuzzing
