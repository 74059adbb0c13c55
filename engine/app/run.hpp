// Applies an input: reads, compares, writes, and keeps a ledger with the outcome of every row. Goes on where
// an earlier run on the same ledger has stopped.
#pragma once

#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/summary.hpp"

namespace pawl::app {

// Never throws for what may happen outside the program: every end has an exit code (app/exit_code), and the
// listener is told the reason.
result run(const options&, const host&);

}  // namespace pawl::app
