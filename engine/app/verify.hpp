// Reads again what a generation has applied, and reports what no longer shows the written values.
#pragma once

#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/rows/output.hpp"
#include "engine/app/summary.hpp"

namespace pawl::app {

// `rows` gets what has drifted, in the format of the options; see app/rows/drift_rows.
result verify(const options&, const verify_options&, const host&, sink rows);

}  // namespace pawl::app
