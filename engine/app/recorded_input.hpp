// The input that a generation was run with, opened again as it was read then.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

namespace pawl::app {

// How the generation's settings had its input read. Failure: mend, they are not what a run writes there.
expected<input::source_options> shaping_of(const ledger::generation_row&);

// The file that the generation names, with the same bytes, read the same way; at its first row. The profile
// outlives it. Failures (usage): it is not there any more, has changed, or is read differently now.
expected<input::job_source> open_input_of(const ledger::generation_row&, const api::profile&);

}  // namespace pawl::app
