// What a command on an input is about to work on: its settings, the ledger that it names, the input, and what
// the ledger makes of the two. The part of `run` that comes before the first change, and the same for `plan`,
// which changes nothing.
#pragma once

#include "engine/app/open_input.hpp"
#include "engine/app/session.hpp"
#include "engine/input/validation.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"

#include <optional>
#include <string>

namespace pawl::app {

class ledger_choice {
 public:
  // The session outlives it. read_only: the ledger is opened without its lock and never made, and what can be
  // read only once is copied to `spool_path`, which is removed at the end.
  ledger_choice(session&, ledger::access, std::string spool_path);

  // What this version refuses. Nothing is opened.
  status load();
  // The ledger, if there is one, then the input, then the decision. Usage failures: the ledger belongs to
  // another target, or to an input that is not finished.
  status decide();
  // The whole pass over the input, unless the ledger knows it already. Complaints are printed.
  status validate();

  // Opens the ledger, which read_write makes where it is not there yet.
  status open_ledger();
  // The counts of this generation, into the summary.
  status count(const ledger::generation_row&);
  std::optional<failure> interrupted() const;

  // After load(). Of the target the account is known when the ledger knows it.
  const ledger::target& target() const noexcept { return target_; }
  // After decide().
  ledger::run_decision decision() const noexcept { return decision_; }
  opened_input& input() noexcept { return *input_; }
  input::file_format format() const noexcept { return input_->source.facts().format; }
  bool has_ledger() const noexcept { return ledger_.has_value(); }
  ledger::ledger_file& ledger() noexcept { return *ledger_; }
  const std::optional<ledger::generation_row>& newest() const noexcept { return newest_; }
  // After validate(); unset where an earlier invocation has validated.
  const std::optional<input::validation_report>& report() const noexcept { return report_; }
  const input::input_identity& identity() const noexcept { return identity_; }
  // What this or an earlier invocation's validation of the input has counted. nullopt: the ledger does not
  // say, so the input has to be read to know it.
  std::optional<input::validation_report> survey() const;
  // Whether a row may name something that the API has to look up (used_names).
  bool may_have_names() const;
  const std::string& spool_path() const noexcept { return spool_path_; }
  // After a decide() that refused what came through a pipe because another input is not finished: where it is
  // kept, for nothing brings it once more. Empty: nothing was kept.
  const std::string& kept_path() const noexcept { return kept_path_; }

 private:
  status look_at_ledger();
  expected<bool> nothing_was_done();
  status choose();
  expected<input::input_identity> identify();
  status choose_retry(const ledger::run_question&);
  bool reads_as_before() const;
  status keep_what_came();

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
};

}  // namespace pawl::app
