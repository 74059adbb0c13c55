// Writes what `status` tells people. Pure.
#pragma once

#include "cli/render/run_texts.hpp"
#include "engine/app/status.hpp"

namespace pawl::cli {

lines status_lines(const app::ledger_state&);

}  // namespace pawl::cli
