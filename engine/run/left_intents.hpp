// The intents that an earlier run left without an outcome: what was about to be sent when it was cut off.
#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/model/boot_moment.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/step_events.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace pawl::run {

// By row, the newest of each. As many as there are slots, and a few more after several crashes.
using left_intents = std::unordered_map<std::uint64_t, ledger::intent_row>;

// Of several intents of one row the last one counts.
left_intents by_row(std::vector<ledger::intent_row>&&);

// For job_step::reset(); views into the row. `began` is when this run began, `began_in_boot` the same by the
// boot clock.
policy::left_intent left_by(const ledger::intent_row&, time_point began, const boot_moment& began_in_boot);

}  // namespace pawl::run
