// What a command with an input will work on: its settings, the ledger that it names, the input, and the
// decision that follows from these. This is the part of `run` before the first change; `plan`, which changes
// nothing, shares it.
#pragma once

#include "engine/app/open_input.hpp"
#include "engine/app/session.hpp"
#include "engine/input/validation.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/scratch/matched_values.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"

#include <memory>
#include <optional>
#include <string>

namespace pawl::app {

class ledger_choice {
 public:
  // The session must outlive it. read_only: opens the ledger without its lock and never creates it; an input
  // that can be read only once is copied to `spool_path`, and the copy is removed at the end.
  ledger_choice(session&, ledger::access, std::string spool_path);

  // Refuses settings that this version cannot run with. Opens nothing.
  status load();
  // Opens the ledger, if there is one, and the input, and decides. Fails (usage) if the ledger belongs to
  // another target, or to another input that is not finished.
  status decide();
  // Validates the whole input, unless the ledger knows it already. Complaints go to the listener. `watch`
  // (may be empty) sees the good rows on the way.
  status validate(input::row_watch watch = {});

  // Opens the ledger; with read_write it is created if it does not exist.
  status open_ledger();
  // Puts the counts of this generation into the summary.
  status count(const ledger::generation_row&);
  std::optional<failure> interrupted() const;

  // Valid after load(). Its account is set once the ledger is open and knows it.
  const ledger::target& target() const noexcept { return target_; }
  // Valid after decide().
  ledger::run_decision decision() const noexcept { return decision_; }
  opened_input& input() noexcept { return *input_; }
  input::file_format format() const noexcept { return input_->source.facts().format; }
  bool has_ledger() const noexcept { return ledger_.has_value(); }
  ledger::ledger_file& ledger() noexcept { return *ledger_; }
  const std::optional<ledger::generation_row>& newest() const noexcept { return newest_; }
  // Valid after validate(); unset if an earlier invocation has validated the input.
  const std::optional<input::validation_report>& report() const noexcept { return report_; }
  const input::input_identity& identity() const noexcept { return identity_; }
  // The counts of the validation, by this or an earlier invocation. nullopt: the ledger does not have them,
  // so the input must be read to know them.
  std::optional<input::validation_report> survey() const;
  // Whether a row may have a name that must be looked up at the API (used_names).
  bool may_have_names() const;
  // Where rows name their resources by a value: what is known of these, from the ledger to begin with, after
  // validate(); null: rows have ids. The source uses it already for a generation that goes on.
  ledger::matched_values* matches() noexcept { return matches_.get(); }
  // Whether rows without a resource of their own may become invalid: that was asked for, or an earlier
  // invocation has begun to apply the others.
  bool may_skip_unmatched() const noexcept { return s_.settings().skip_unmatched || accepted_unmatched_; }
  const std::string& spool_path() const noexcept { return spool_path_; }
  // Where the input from a pipe is kept, after a decide() that refused it because another input is not
  // finished: it cannot be piped a second time. Empty: nothing was kept.
  const std::string& kept_path() const noexcept { return kept_path_; }

 private:
  status look_at_ledger();
  expected<bool> nothing_was_done();
  status choose();
  expected<input::input_identity> identify();
  status choose_retry(const ledger::run_question&);
  bool reads_as_before() const;
  status keep_what_came();
  status recall_matches();

  session& s_;
  ledger::access access_;
  std::string spool_path_, kept_path_;
  ledger::target target_;
  std::optional<ledger::ledger_file> ledger_;
  std::optional<ledger::generation_row> newest_;
  std::optional<opened_input> input_;
  input::input_identity identity_;
  ledger::run_decision decision_ = ledger::run_decision::start;
  std::optional<input::validation_report> report_;
  std::unique_ptr<ledger::matched_values> matches_;
  bool accepted_unmatched_ = false;
};

}  // namespace pawl::app
