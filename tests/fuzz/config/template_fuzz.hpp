// What requests made from a profile's templates may not break: shared by the libFuzzer target and by the unit
// test that runs every seed. It aborts on a broken promise.
#pragma once

#include <string_view>

namespace pawl::config::fuzzing {

// Up to the first NUL byte the text is a profile; behind it come, each up to a NUL, an id, a value as JSON,
// and what a guard was read as. If all of them are right, the profile's write and read are made for them: one
// request line with two spaces, header lines without control characters, one Host and one key, a
// Content-Length that is the body's, a body that is JSON and holds the value, and the key nowhere else. The
// same bytes each time; and the read of a run asks for what a read outside of one does.
void write_requests(std::string_view text);

}  // namespace pawl::config::fuzzing
