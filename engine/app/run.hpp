// Applies an input: reads, compares, writes, and keeps a ledger in which every row's outcome stands. Goes on
// with what an earlier run on the same ledger has left.
#pragma once

#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/summary.hpp"

namespace pawl::app {

// Never throws for what may happen outside the program: every end has an exit code (app/exit_code), and what
// it was is told to the listener.
result run(const options&, const host&);

}  // namespace pawl::app
