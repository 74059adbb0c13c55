// Opens the input of a generation again, in the same way as for its run.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

namespace pawl::app {

// How the generation's settings read its input. Failure (mend): the recorded settings are not what a run
// writes.
expected<input::source_options> shaping_of(const ledger::generation_row&);

// Opens the file that the generation names, at its first row, and checks that it has the same bytes and is
// read in the same way. The profile must outlive it. Failures (usage): the file is gone, has changed, or is
// read differently now.
expected<input::job_source> open_input_of(const ledger::generation_row&, const api::profile&);

}  // namespace pawl::app
