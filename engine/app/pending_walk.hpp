// What has to be known of the pending rows before the first request: the names that they use, which of them
// list pages may settle and, with --retry, what later rows have written of those that are taken again.
//
// For a new generation the pass that validates tells it. A run that goes on knows its input by a fingerprint
// and reads no row to validate it, so there it takes a walk of its own: a single one for all three, from the
// first row that anybody wants to the last, and none where nobody wants any.
#pragma once

#include "engine/app/ledger_choice.hpp"
#include "engine/app/retried_rows.hpp"
#include "engine/app/session.hpp"
#include "engine/input/used_names.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/run/snapshot_rows.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace pawl::app {

class pending_walk {
 public:
  // Both outlive it.
  pending_walk(session& s, ledger_choice& choice) : s_(s), choice_(choice) {}

  // First, of the newest generation, whose rows in `done` have an outcome: reads in the ledger which rows are
  // taken again, and lets the source leave out what does not go with rows that were taken again before.
  status begin(ledger::row_set done);
  // Then: the walk, if it takes one. `pages` (may be null) gathers rows. What stays out of rows that are
  // taken again is left out by the source from then on. The source stands anywhere afterwards. Failures: of
  // the input and the ledger; later, a signal came.
  status look(run::snapshot_rows* pages);

  // Between the two: how many rows have no outcome that stays, and which are taken again. Those count as
  // pending, also where look() finds that nothing is left of them.
  std::uint64_t pending() const noexcept { return pending_; }
  const ledger::row_set& again() const noexcept { return retried_->again(); }
  // After look(), once: the other rows.
  ledger::row_set take_done() noexcept { return std::move(done_); }
  const std::vector<ledger::left_out_row>& left_out() const noexcept { return left_out_; }
  const input::used_names& names() const noexcept { return names_; }

 private:
  status leave_out();
  status look_for(bool wants_names, run::snapshot_rows* pages);
  status walk(std::uint64_t first, bool wants_names, run::snapshot_rows* pages);

  session& s_;
  ledger_choice& choice_;
  std::optional<retried_rows> retried_;  // until look() has ended
  ledger::row_set done_;
  std::uint64_t pending_ = 0;
  std::vector<ledger::left_out_row> left_out_;
  input::used_names names_;
};

}  // namespace pawl::app
