#include "engine/app/pending_rows.hpp"

#include "engine/app/ledger_refusals.hpp"

#include <utility>

namespace pawl::app {

status pending_rows::find() {
  rows_ = s_.facts().rows;
  input::checkpoint from;
  const auto decision = choice_.decision();
  const bool goes_on = decision == ledger::run_decision::go_on;
  if (goes_on || decision == ledger::run_decision::already_finished) {
    const auto& generation = *choice_.newest();
    auto& file = choice_.ledger();
    if (auto counted = choice_.count(generation); !counted) return counted;
    rows_ = generation.rows;
    counts_ = s_.facts().counts;
    if (auto looked = look(generation); !looked) return looked;
    auto at = file.checkpoint_before(generation.id, first_pending(done_, rows_) - 1);
    if (!at) return at.error();
    from = *at;
    auto open = file.open_intents(generation.id);
    if (!open) return open.error();
    for (auto& intent : *open) interrupted_.insert_or_assign(intent.row, std::move(intent));
  } else if (!choice_.report()->checkpoints.empty()) {
    from = choice_.report()->checkpoints.front();
  }
  pending_ = count_pending(done_, rows_);
  return choice_.input().source.seek(from);
}

// Rows that --retry takes again are pending, or superseded as the run would have it.
status pending_rows::look(const ledger::generation_row& generation) {
  auto done = choice_.ledger().done_rows(generation.id, rows_);
  if (!done) return done.error();
  if (auto begun = walk_.begin(*std::move(done)); !begun) return begun;
  if (auto looked = walk_.look(nullptr); !looked) return looked;
  done_ = walk_.take_done();
  for (const auto o : s_.settings().retry) counts_[o] = 0;
  for (const auto& one : walk_.left_out())
    if (one.superseded) {
      // The row ends as superseded without being sent.
      ++counts_[outcome::superseded];
      done_.insert(one.row);
    }
  return {};
}

}  // namespace pawl::app
