// What the ledger keeps of a row that is over, by the way it ended. Pure; the records are views into what
// they were made from.
#pragma once

#include "engine/ledger/ledger_writer.hpp"
#include "engine/model/job.hpp"
#include "engine/policy/needless_write.hpp"
#include "engine/policy/step_events.hpp"
#include "engine/run/parked_jobs.hpp"

#include <string>

namespace pawl::run {

// A job that was driven to its end.
ledger::job_record record_of(const job_in_hand&, const policy::action::finish&);
// A row that is wrong by itself, and was never a job. `words` keeps the record's message alive.
ledger::job_record record_of(const row_error&, std::string& words);
// A row that a list page shows to need no write.
ledger::job_record record_of(const job_view&, const policy::needless&);

}  // namespace pawl::run
