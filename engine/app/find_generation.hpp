// Finds the generation that --generation names, for the commands that read what its rows have come to.
#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>

namespace pawl::app {

// Unset: the newest one. If it does not exist: failure_kind::usage. If its rows are not what pawl wrote
// (their checksums tell): mend, so that no damaged value is shown, or sent.
expected<ledger::generation_row> find_generation(ledger::ledger_file&, std::optional<std::int64_t> wanted);

}  // namespace pawl::app
