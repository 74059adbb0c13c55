// What a reply body from anywhere may not break: shared by the libFuzzer targets and by the unit test that
// runs every seed.
#pragma once

#include <string_view>

namespace pawl::api::fuzzing {

// Holds the body against a patch, three ways: the fields of the thread profile, paths that cross and walk
// lists, and the same body once more (a reader keeps nothing between calls). Aborts on a broken promise.
void compare_reply(std::string_view body);

// Reads it as an error and as an identity. Aborts on text that is not printable or over its bound.
void read_error_reply(std::string_view body);

// Splits the bytes at the first NUL and compares both halves as JSON values. Equality must be the same both
// ways, and a value must equal itself.
void compare_values(std::string_view both);

}  // namespace pawl::api::fuzzing
