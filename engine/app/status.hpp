// How far a ledger is, also while a run goes on.
#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pawl::app {

// The newest generation of a ledger, and its last run.
struct ledger_state {
  std::string ledger_path;
  ledger::generation_row generation;
  outcome_counts counts;
  std::map<std::string, std::uint64_t>
      errors;  // failed rows by error code, or by outcome where there is no code
  std::uint64_t runs = 0;
  std::optional<ledger::run_row> last_run;
  std::optional<std::string> runner;        // who runs on it now
  std::vector<ledger::sample_row> samples;  // the last of the last run, a minute of them, the newest first
  std::uint64_t done_before_run = 0;  // outcomes that were there when the last run began, as far as known
  wall_time now{};

  std::uint64_t pending() const noexcept;
};

// Writes per second of the run that goes on over its last minute, as its live line has them; before there is
// a sample, outcomes per second since it began. Unset: nothing runs, or nothing is known yet.
std::optional<double> rate(const ledger_state&) noexcept;
// Time to the last outcome at that rate.
std::optional<duration> eta(const ledger_state&) noexcept;

// Failures: no such ledger, or no run in it (usage); it cannot be read (mend).
expected<ledger_state> read_state(const std::string& ledger);

// One JSON object with a line end: the counts under the names of the summary, and what status adds.
std::string status_json(const ledger_state&);

}  // namespace pawl::app
