// The rows of a generation that have an outcome, for others to read.
#pragma once

#include "engine/app/command_options.hpp"
#include "engine/app/output.hpp"
#include "engine/model/error.hpp"

namespace pawl::app {

// One line per row, in the order of the input; see app/rows/export_rows. Failures: no such ledger or
// generation, an input that is not there any more (usage); the sink (mend).
status export_jobs(const export_options&, sink rows);

}  // namespace pawl::app
