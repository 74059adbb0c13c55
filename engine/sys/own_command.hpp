// What this process is called, for the message to another one that has to wait.
#pragma once

#include <string>

namespace pawl {

// "pawl run jobs.csv": the program and its first words up to the first flag. Flags can carry anything (a URL
// with a password), so none of them is kept. `path`: the system's answer, /proc/self/cmdline. Empty: it has
// none.
std::string own_command(const std::string& path);

}  // namespace pawl
