// How far a ledger has come, also while a run goes on.
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
      errors;  // failed rows by error code, or by outcome if there is no code
  std::uint64_t runs = 0;
  std::optional<ledger::run_row> last_run;
  std::optional<std::string> runner;        // who uses the ledger now
  std::vector<ledger::sample_row> samples;  // the last minute of the last run, newest first
  std::string seal;                         // of the ledger, hexadecimal; empty: it has none
  std::uint64_t done_before_run = 0;        // outcomes when the last run began, as far as known
  wall_time now{};

  std::uint64_t pending() const noexcept;
};

// Writes per second over the last minute of a run that goes on, as its live line shows them; before the first
// sample, outcomes per second since it began. Unset: no run goes on, or nothing is known yet.
std::optional<double> rate(const ledger_state&) noexcept;
// The time until the last outcome at that rate.
std::optional<duration> eta(const ledger_state&) noexcept;

// Failures: usage if the ledger does not exist, or has no run; mend if it cannot be read.
expected<ledger_state> read_state(const std::string& ledger);

// One JSON object with a line end: the counts under the names of the summary, and the members that only
// status has.
std::string status_json(const ledger_state&);

}  // namespace pawl::app
