// Files that people write by hand: settings and profiles.
#pragma once

#include "engine/model/error.hpp"

#include <string>

namespace pawl::config {

// The whole of it, at most 1 MiB (chosen). A failure has no place and no remedy, and names the file.
expected<std::string> read_small_file(const std::string& path);

}  // namespace pawl::config
