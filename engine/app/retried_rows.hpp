// --retry: from the outcomes to take again to what of their rows stays out, by a pass over the input.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

namespace pawl::app {

// In row order; the source stands anywhere afterwards. Reads the input from the first of these rows on, once,
// and once more only where ids repeat. Memory: see engine/run/later_rows, and two bits for each row.
expected<std::vector<ledger::left_out_row>> find_left_out(
    ledger::ledger_file&, const ledger::generation_row&, input::job_source&, const api::profile&,
    const std::vector<outcome>& retried, const std::function<void(std::uint64_t rows)>& on_progress,
    const std::atomic<bool>* stop);

}  // namespace pawl::app
