// The generation that a run works on and its own row in the ledger: which rows are pending, where the input
// stands for them, and the closing count.
#pragma once

#include "engine/app/ledger_choice.hpp"
#include "engine/app/pending_walk.hpp"
#include "engine/app/session.hpp"
#include "engine/input/row_walk.hpp"
#include "engine/input/used_names.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/run/snapshot_rows.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pawl::app {

class open_generation {
 public:
  // Both outlive it.
  open_generation(session& s, ledger_choice& choice) : s_(s), choice_(choice), walk_(s, choice) {}

  // The watch that ledger_choice::validate() is to show the rows to: it gathers those for list pages.
  input::row_watch watch();
  // Begins the generation or goes on with it, and begins this invocation; the source stands where the first
  // pending row may be.
  status begin();
  // The ledger belongs to this account from now on.
  status bind_account(const std::string& account);
  // Undoes begin(). Allowed only while no row has an outcome.
  status withdraw();
  // Reads the counts back and finishes the generation when nothing is pending. A failure of kind mend says
  // that a row got lost.
  status conclude(const outcome_counts& now_done);

  const ledger::generation_row& generation() const noexcept { return generation_; }
  std::int64_t run() const noexcept { return run_; }
  const ledger::row_set& done() const noexcept { return done_; }
  std::uint64_t pending() const noexcept { return pending_; }
  const outcome_counts& before() const noexcept { return before_; }
  // Whether an earlier invocation has done anything with the generation.
  bool was_begun_before() const noexcept { return was_begun_; }
  // The names that pending rows use.
  const input::used_names& names() const noexcept {
    return choice_.report() ? choice_.report()->names : walk_.names();
  }
  // The pending rows that list pages may settle; null: every row is read by itself.
  run::snapshot_input* listed() noexcept { return listed_ ? &*listed_ : nullptr; }

 private:
  bool may_use_pages() const;
  status begin_run();
  status start();
  status go_on();
  status take_again();
  run::snapshot_terms terms(std::optional<std::uint64_t> pending) const;
  status gather_pending();
  void conclude_gathering();

  session& s_;
  ledger_choice& choice_;
  pending_walk walk_;
  ledger::generation_row generation_;
  std::int64_t run_ = 0;
  ledger::row_set done_;
  std::uint64_t pending_ = 0;
  std::optional<run::snapshot_rows> gathered_;  // unset: no page is read
  std::optional<run::snapshot_input> listed_;
  outcome_counts before_;
  bool was_begun_ = false;
};

}  // namespace pawl::app
