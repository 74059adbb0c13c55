// Reads files that people write by hand: settings and profiles.
#pragma once

#include "engine/model/error.hpp"
#include "engine/sys/whole_file.hpp"

#include <string>

namespace pawl::config {

// Reads the whole file, at most 1 MiB (chosen). Whoever names a file may name a pipe; a file that was found,
// or that such a file names, must be a regular one. A failure has no place and no remedy, and names the file.
expected<std::string> read_small_file(const std::string& path, if_pipe);

}  // namespace pawl::config
