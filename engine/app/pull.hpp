// Lists resources by conditions, as an input for `run`: ids, notes and preconditions. Complete or nothing.
#pragma once

#include "engine/app/command_options.hpp"
#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/summary.hpp"

namespace pawl::app {

// Writes to `out` of the options, or to standard output.
result pull(const options&, const pull_options&, const host&);

}  // namespace pawl::app
