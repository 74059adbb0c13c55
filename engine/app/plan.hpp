// Finds out what a run of this input would do, by making its reads. Writes nothing, neither to the API nor to
// the ledger.
#pragma once

#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/rows/output.hpp"
#include "engine/app/summary.hpp"
#include "engine/input/job_source.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/plan/plan_tally.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace pawl::app {

struct plan_report {
  std::string target, key_label, input_name;
  const input::source_facts* facts = nullptr;
  std::uint64_t rows = 0;   // of the input
  outcome_counts done;      // rows that have an outcome already: they were left out
  bool is_limited = false;  // --limit left rows that were not looked at
  const plan::plan_tally* tally = nullptr;
  // With the fields that the input uses (api::add_used_fields), which `tally` counts; null: that of the
  // options.
  const api::profile* profile = nullptr;

  // What the run will take.
  std::uint64_t reads = 0, writes = 0;
  duration needed{}, reply_time{};
  wall_time now{};
  // What it would take the other way: without reads first, or with them, as far as that can be known without
  // having read. For read_first = "auto".
  struct price {
    std::uint64_t reads = 0, writes = 0;
    duration needed{};
  };
  price other_way;

  std::uint64_t looked_up = 0;  // reads among them that find the resources of rows (source_options::match)

  // What planning took.
  std::uint64_t reads_sent = 0;
  duration elapsed{};

  std::string out;                   // where the rows that would be written went, as jobs; empty: nowhere
  std::uint64_t jobs_shortened = 0;  // how many of them lack an old value that no input may hold
};

// Called when the plan is complete; if it fails, the use case ends with failure_kind::mend.
using plan_answer = std::function<status(const plan_report&)>;

// `rows` gets a line for each row if the format has rows; see app/rows/plan_rows.
result plan(const options&, const plan_options&, const host&, sink rows, const plan_answer& answer);

}  // namespace pawl::app
