// How this process was called. It tells another process, which has to wait, for whom.
#pragma once

#include <string>

namespace pawl {

// The program and its first words up to the first flag: "pawl run jobs.csv". Flags may carry a secret (a URL
// with a password), so neither a flag nor what follows it is kept. Reads `path`, which is /proc/self/cmdline
// except in tests; empty if it cannot be read.
std::string own_command(const std::string& path);

}  // namespace pawl
