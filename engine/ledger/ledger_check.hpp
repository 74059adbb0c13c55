// Looks for what is wrong with a ledger: with the file, the schema, the numbers that have to add up, the
// checksums and the chain. Reads everything.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/soundness.hpp"

#include <cstdint>
#include <string_view>

namespace pawl::ledger {

// `noted`: a seal, or its first digits, that somebody has kept; empty: none. Fails if the ledger cannot be
// read at all.
expected<soundness> check_ledger(database&, std::string_view noted);

// Whether what the ledger says about this generation is what pawl wrote. The failure (mend) names the first
// records that are not. For a sealed ledger. Reads all of them.
status prove_generation(database&, std::int64_t generation);

}  // namespace pawl::ledger
