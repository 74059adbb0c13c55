// Writes the rows of a generation that have an outcome.
#pragma once

#include "engine/app/rows/command_options.hpp"
#include "engine/app/rows/output.hpp"
#include "engine/model/error.hpp"

namespace pawl::app {

// Writes one line per row, in the order of the input; see app/rows/export_rows. Failures: usage if the ledger
// or the generation does not exist, or if the input is gone; mend if the sink fails.
status export_jobs(const export_options&, sink rows);

}  // namespace pawl::app
