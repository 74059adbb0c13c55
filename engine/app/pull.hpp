// Lists resources by conditions, as an input for `run`: ids, notes and preconditions. The output is complete
// or absent.
#pragma once

#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/summary.hpp"

namespace pawl::app {

// Writes to pull_options::out, or to standard output.
result pull(const options&, const pull_options&, const host&);

}  // namespace pawl::app
