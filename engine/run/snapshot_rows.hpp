// Gathers the pending rows that list pages may conclude, while somebody reads the input before the run: the
// pass that validates, or the walk of a run that goes on. Writes a temporary file; sends nothing.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/scratch/pending_table.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/run/snapshot.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pawl::run {

// Larger inputs have their first rows gathered, and leave the others to their own reads: gathering must not
// keep a run from its first request for long. Chosen: some 0.8 s of CPU time (3.2 us a row, measured on
// 2026-11-24 with the reading of the row), and a temporary file of this size.
inline constexpr std::uint64_t most_snapshot_rows = 250'000;
inline constexpr std::uint64_t most_snapshot_bytes = 128 * 1024 * 1024;

struct snapshot_terms {
  const api::profile& profile;           // both outlive what is gathered
  const api::list_spec& list;            // without a path: nothing is gathered
  duration max_age{};                    // max_snapshot_age; zero: nothing is gathered
  bool has_conditions = false;           // --only-if, --fill-empty: a row may be skipped
  std::optional<std::uint64_t> limit;    // --limit
  std::optional<std::uint64_t> pending;  // rows; unset: nobody has counted them yet
};

struct gathered_rows {
  std::optional<snapshot_input> input;  // unset: too few rows for pages to pay, or pages are turned off
  std::string why_not;                  // with an unset input: the temporary file could not be made
};

// Left to their own reads are rows that may send something twice, those in `alone`, that are large, and those
// of which an id repeats among the pending ones.
//
// Where every row wants the same value of a field by which the list can be filtered, and none has a
// precondition, the filter is used: only such resources can be as wanted. (With preconditions the others are
// of interest too: their rows are skipped.)
class snapshot_rows {
 public:
  // `alone`: rows that a crash left in doubt, or that --retry has ever taken again.
  snapshot_rows(const snapshot_terms&, ledger::row_set alone);
  ~snapshot_rows();
  snapshot_rows(const snapshot_rows&) = delete;
  snapshot_rows& operator=(const snapshot_rows&) = delete;

  // False: whatever the rows are, pages cannot pay.
  bool is_of_use() const noexcept { return most_ > 0; }
  // The pending rows, in the order of the input. False: that is enough, or it is of no use.
  bool see(const job_view&);
  // Once, after the rows. `pending`: all rows that are, now that they are counted.
  gathered_rows finish(std::uint64_t pending);

 private:
  class common_values;

  snapshot_terms terms_;
  ledger::row_set alone_;
  std::uint64_t most_ = 0, seen_ = 0;
  std::optional<ledger::pending_table> table_;  // from the first row on
  std::unique_ptr<common_values> common_;
  std::string why_not_;
};

}  // namespace pawl::run
