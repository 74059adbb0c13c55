// The good rows of an input one by one, for whoever wants to know something of them before the run. A walk
// over an input of 10 M rows takes seconds, so there is one at most beside the pass that validates; several
// who want to know something share it.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"

#include <atomic>
#include <cstdint>
#include <functional>

namespace pawl::input {

// Sees good rows in the order of the input. False: it has seen enough.
using row_watch = std::function<bool(const job_view&)>;

// From where the source stands until `watch` has seen enough, or to the end of the input; the source stands
// anywhere afterwards. `on_progress` (may be empty) is called once a batch with the rows before it in the
// input. Failures: those of reading; later, `stop` (may be null; set from a signal handler's thread) was
// true.
status walk_rows(job_source&, const row_watch& watch,
                 const std::function<void(std::uint64_t rows)>& on_progress, const std::atomic<bool>* stop);

}  // namespace pawl::input
