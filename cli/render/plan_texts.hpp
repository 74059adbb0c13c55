// What `plan` tells people: a plan of any size on one screen. Pure.
#pragma once

#include "cli/render/run_texts.hpp"
#include "config/settings.hpp"
#include "engine/input/job_source.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/plan/plan_tally.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pawl::cli {

struct plan_report {
  std::string target, key_label, input_name;
  const input::source_facts* facts = nullptr;
  std::uint64_t rows = 0;   // of the input
  outcome_counts done;      // rows that have an outcome already and were left out
  bool is_limited = false;  // --limit left rows that were not looked at
  const plan::plan_tally* tally = nullptr;

  // What the run will take.
  std::uint64_t reads = 0, writes = 0;
  duration needed{}, reply_time{};
  wall_time now{};

  // What planning took.
  std::uint64_t reads_sent = 0;
  duration elapsed{};

  std::string out;                   // where the jobs that remain were written; empty: nowhere
  std::uint64_t jobs_shortened = 0;  // of them, with an old value that no input may say
};

// Mostly 15 to 40 lines, never more than 54, of at most 118 columns.
lines plan_lines(const plan_report&, const config::settings&);

}  // namespace pawl::cli
