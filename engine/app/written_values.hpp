// Finds out what each resource should show after a generation: the input tells what a row wanted, the ledger
// what became of it, and the intents which sets the verbs have sent.
#pragma once

#include "engine/app/rows/drift_rows.hpp"
#include "engine/app/session.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/scratch/last_written.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::app {

class written_values {
 public:
  // Called for a row of which nothing can be compared.
  using untold = std::function<void(const ledger::job_row&, std::string_view why)>;

  // All must outlive it. Rows whose end is not known are counted in `counts`.
  written_values(session& s, ledger::ledger_file& file, const ledger::generation_row& generation,
                 drift_counts& counts, untold say)
      : s_(s), file_(file), generation_(generation), counts_(counts), say_untold_(std::move(say)) {}

  // Reads the ledger, and the input if its rows matter. `ledger_path` is the path of the ledger.
  expected<ledger::last_written> collect(const std::string& ledger_path, ledger::last_written::order);

  // Valid after collect(): whether a verb with names had nothing to do, so that names must be compared.
  bool needs_names() const noexcept { return needs_names_; }

 private:
  status take(const ledger::job_row&);
  status take_row(const ledger::job_row&, const job_view&);
  status leave_out();
  status keep(const ledger::job_row&, const api::field_spec&, std::string_view json);
  status read_sent(std::uint64_t row, ledger::last_written::sent&, std::vector<field_value>& values);
  status forget_open_intents();

  session& s_;
  ledger::ledger_file& file_;
  const ledger::generation_row& generation_;
  drift_counts& counts_;
  untold say_untold_;
  std::optional<ledger::last_written> wanted_;
  std::optional<input::job_source> source_;
  job_batch batch_;
  std::uint64_t first_in_batch_ = 1;
  std::vector<std::string> filled_;  // fields that the generation wrote only where they were empty
  bool needs_names_ = false;
};

}  // namespace pawl::app
