// The columns of the table `sample`, as they are written and read: what a sample is of, in one order.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/ledger.hpp"

#include <string>

namespace pawl::ledger {

// "at, applied, ..., waits_for": all but the run.
std::string sample_columns();

// The same columns, from `first` on. `mended` keeps the text while it is bound.
void bind_sample(statement&, int first, const sample_row&, std::string& mended);
sample_row read_sample(statement&, int first);

}  // namespace pawl::ledger
