// Gathers the pending rows that list pages may conclude, by a pass over the input before the run. Reads and
// writes files; sends nothing.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/run/snapshot.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace pawl::run {

// Larger inputs have their first rows gathered, and leave the others to their own reads: the pass must not
// keep a run from its first request for long. Chosen: some 0.8 s of CPU time (3.2 us a row, measured on
// 2026-11-24), and a temporary file of this size.
inline constexpr std::uint64_t most_snapshot_rows = 250'000;
inline constexpr std::uint64_t most_snapshot_bytes = 128 * 1024 * 1024;

struct snapshot_terms {
  const api::profile& profile;         // both outlive the input that is gathered
  const api::list_spec& list;          // without a path: nothing is gathered
  duration max_age{};                  // max_snapshot_age; zero: nothing is gathered
  bool has_conditions = false;         // --only-if
  std::uint64_t pending = 0;           // rows
  std::optional<std::uint64_t> limit;  // --limit
};

struct gathered_rows {
  std::optional<snapshot_input> input;  // unset: too few rows for pages to pay, or pages are turned off
  std::string why_not;                  // with an unset input: the temporary file could not be made
};

// Left to their own reads are rows that may send something twice, that a crash left in doubt, that --retry
// took again, that are large, and those of which an id repeats among the pending ones.
//
// Where every row wants the same value of a field by which the list can be filtered, and none has a
// precondition, the filter is used: only such resources can be as wanted. (With preconditions the others are
// of interest too: their rows are skipped.)
//
// The source stands at the first row that may be pending, and anywhere afterwards. Failures: of the input and
// of the ledger. `stop` ends it early, with nothing gathered.
expected<gathered_rows> gather_snapshot_rows(ledger::ledger_file&, std::int64_t generation,
                                             input::job_source&, const ledger::row_set& done,
                                             const snapshot_terms&,
                                             const std::function<void(std::uint64_t rows)>& on_progress,
                                             const std::atomic<bool>* stop);

}  // namespace pawl::run
