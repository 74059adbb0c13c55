// Files that people write by hand: settings and profiles.
#pragma once

#include "engine/model/error.hpp"
#include "engine/sys/whole_file.hpp"

#include <string>

namespace pawl::config {

// The whole of it, at most 1 MiB (chosen). Only who named the file may have named a pipe; one that was found,
// or that such a file names, is a regular one. A failure has no place and no remedy, and names the file.
expected<std::string> read_small_file(const std::string& path, if_pipe);

}  // namespace pawl::config
