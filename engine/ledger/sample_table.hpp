// The columns of the table `sample`, as they are written and read: one list for both.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/ledger.hpp"

#include <string>

namespace pawl::ledger {

// "at, applied, ..., waits_for": all columns except `run`.
std::string sample_columns();

// Both use these columns, from `first` on. `mended` holds the repaired text while it is bound.
void bind_sample(statement&, int first, const sample_row&, std::string& mended);
sample_row read_sample(statement&, int first);

}  // namespace pawl::ledger
