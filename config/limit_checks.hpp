// Limits under which a run could never write.
#pragma once

#include "engine/run/run_options.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pawl::config {

// Told of each complaint: about which setting, what is wrong, and what to do.
using limit_complaint =
    std::function<void(std::string_view key, const std::string& what, const std::string& remedy)>;

// A window that holds less than one request once the reserve is taken off; and, where rows are read first,
// one that holds no read and its write together.
void check_limits(const run::run_options&, bool read_first, const limit_complaint&);

}  // namespace pawl::config
