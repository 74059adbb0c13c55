// Why a run is over. Pure.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/stop_rules.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pawl::policy {

// What is known when nothing is under way any more.
struct run_end_facts {
  std::optional<stop_order> ordered;         // the first order to stop
  std::optional<std::string> asked_to_stop;  // by a signal, say: the reason that was given
  bool reached_limit = false;                // --limit
  std::uint64_t rows = 0;                    // of the generation
  std::uint64_t rows_with_outcome = 0;       // of these, committed
  std::string ledger;                        // its path, for messages
};

struct run_end {
  bool finished = false;       // every row of the generation has an outcome
  std::string reason;          // the summary's stop_reason
  std::optional<failure> why;  // unless it finished, reached its limit, or was asked to stop
  std::optional<time_point> resume_at;
};

// An order counts even if the last row ended meanwhile. A run that was neither stopped nor finished has lost
// rows between its rooms: that is a bug, and is said to be one.
run_end how_it_ended(const run_end_facts&);

}  // namespace pawl::policy
