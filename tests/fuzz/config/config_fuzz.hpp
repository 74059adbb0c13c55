// What configuration from anywhere may not break: shared by the libFuzzer targets and by the unit test that
// runs every seed. All of them abort on a broken promise.
#pragma once

#include <string_view>

namespace pawl::config::fuzzing {

// Compiles the text as a profile: a value or complaints, never both or neither, each complaint with its place
// in the file, and the same ones each time.
void compile(std::string_view toml_text);

// Up to the first NUL byte the text is a pawl.toml; behind it come flags, a line each, as `rate=60/min` or
// `o=limits.write=60/min`. Both are loaded as for a run: settings or complaints; the same ones each time; the
// key in the environment in none of their texts; what the ledger would keep is JSON. Inputs that name paths
// of the system are passed over: loading would read them.
void load(std::string_view text);

}  // namespace pawl::config::fuzzing
