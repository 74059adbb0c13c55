// The pass over a whole input before anything is sent: every row against the profile, rows counted, digest
// taken.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/input/row_walk.hpp"
#include "engine/input/used_names.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

namespace pawl::input {

struct validation_report {
  std::uint64_t rows = 0;  // good and bad, without all-empty ones; 0: there is nothing in it
  std::uint64_t bad_rows = 0;
  std::uint64_t complaint_count = 0;
  std::vector<complaint> first;         // the first 20; what all rows have in common once, with a count
  std::vector<checkpoint> checkpoints;  // every checkpoint_every rows; the first is the first row's
  input_identity identity;
  keyed_fingerprint print;  // of the same bytes
  std::vector<std::uint64_t>
      rows_with_field;  // by field_index: rows whose patch has the field (side effects, plan); at the end,
                        // rows with a field that the profile does not know and passes
  std::uint64_t rows_not_replay_safe = 0;
  std::uint64_t rows_with_expect = 0;
  std::uint64_t rows_with_verbs = 0;
  used_names names;  // that set verbs use; what they stand for is known when the API has been asked
  swap_watch swap;
};

// Reads the source from its first row to the end and leaves it there (seek back to run).
// `on_progress` (may be empty) is called about once a batch with the rows and bytes read so far.
// `stop` (may be null): set from a signal handler's thread; the failure then says that it was interrupted.
// `watch` (may be empty) sees every good row on the way: what else a run wants to know of its rows costs no
// further pass.
// Memory: the checkpoints (24 bytes per 65,536 rows), the first 20 complaints and the bounded names, however
// long the input.
expected<validation_report> validate(
    job_source&, const api::profile&,
    const std::function<void(std::uint64_t rows, std::uint64_t bytes)>& on_progress,
    const std::atomic<bool>* stop, row_watch watch = {});

}  // namespace pawl::input
