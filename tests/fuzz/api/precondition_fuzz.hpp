// What the text of a condition may not break: shared by the libFuzzer target and by the unit test that runs
// every seed.
#pragma once

#include <string_view>

namespace pawl::api::fuzzing {

// Parses the text against a profile with every type of field. What is understood must read the same once it
// was written by to_string; what is not must be refused as a usage error, in words. Aborts otherwise.
void read_condition(std::string_view text);

}  // namespace pawl::api::fuzzing
