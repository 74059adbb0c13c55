// Finds the generation that --generation names, for the commands that read a ledger.
#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>

namespace pawl::app {

// Unset: the newest one. If it does not exist: failure_kind::usage.
expected<ledger::generation_row> find_generation(ledger::ledger_file&, std::optional<std::int64_t> wanted);

}  // namespace pawl::app
