// Reads what a generation applied again, and reports what no longer shows what was written.
#pragma once

#include "engine/app/command_options.hpp"
#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/output.hpp"
#include "engine/app/summary.hpp"

namespace pawl::app {

// `rows` gets what drifted, in the form that was asked for; see app/rows/drift_rows.
result verify(const options&, const verify_options&, const host&, sink rows);

}  // namespace pawl::app
