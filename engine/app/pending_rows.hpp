// Finds what a run would find, without changing the ledger: which rows are done, which fields of their
// patches are left out, and where the input stands for the first pending row.
#pragma once

#include "engine/app/ledger_choice.hpp"
#include "engine/app/pending_walk.hpp"
#include "engine/app/session.hpp"
#include "engine/input/used_names.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace pawl::app {

class pending_rows {
 public:
  // Both must outlive it.
  pending_rows(session& s, ledger_choice& choice) : s_(s), choice_(choice), walk_(s, choice) {}

  // To be called after ledger_choice::validate().
  status find();

  std::uint64_t rows() const noexcept { return rows_; }  // of the input
  std::uint64_t pending() const noexcept { return pending_; }
  const ledger::row_set& done() const noexcept { return done_; }
  // The names that pending rows use.
  const input::used_names& names() const noexcept {
    return choice_.report() ? choice_.report()->names : walk_.names();
  }
  // Outcomes that rows have already and keep.
  const outcome_counts& done_before() const noexcept { return counts_; }
  // Intents without an outcome, by row. May be called once.
  std::unordered_map<std::uint64_t, ledger::intent_row> take_interrupted() { return std::move(interrupted_); }

 private:
  status look(const ledger::generation_row&);

  session& s_;
  ledger_choice& choice_;
  pending_walk walk_;
  std::uint64_t rows_ = 0, pending_ = 0;
  outcome_counts counts_;
  ledger::row_set done_;
  std::unordered_map<std::uint64_t, ledger::intent_row> interrupted_;
};

}  // namespace pawl::app
