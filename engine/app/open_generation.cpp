#include "engine/app/open_generation.hpp"

#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_validation.hpp"
#include "engine/app/retried_rows.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pawl::app {

status open_generation::begin() {
  if (!choice_.has_ledger()) {
    if (auto opened = choice_.open_ledger(); !opened) return opened;
    if (choice_.newest())
      return failure{failure_kind::later, s_.settings().ledger_path,
                     "another run has made this ledger in the meantime", "run the same command again"};
  }
  auto& file = choice_.ledger();
  auto& input = choice_.input();
  if (input.spooled)
    if (auto kept = input.spooled->keep_as(choice_.spool_path()); !kept) return kept;
  if (auto done = choice_.decision() == ledger::run_decision::go_on ? go_on() : start(); !done) return done;
  if (!s_.settings().retry.empty())
    if (auto taken = take_again(); !taken) return taken;
  if (auto left = keep_out(); !left) return left;
  auto done_rows = file.done_rows(generation_.id, generation_.rows);
  if (!done_rows) return done_rows.error();
  done_ = *std::move(done_rows);
  if (auto counted = choice_.count(generation_); !counted) return counted;
  before_ = s_.facts().counts;
  pending_ = count_pending(done_, generation_.rows);
  if (pending_ > 0) {
    auto from = file.checkpoint_before(generation_.id, first_pending(done_, generation_.rows));
    if (!from) return from.error();
    if (auto sought = input.source.seek(*from); !sought) return sought;
    if (auto gathered = gather_for_snapshot(); !gathered) return gathered;
    if (auto sought = input.source.seek(*from); !sought) return sought;
  }
  return run_ == 0 ? begin_run() : status{};
}

// The rows that list pages may settle.
status open_generation::gather_for_snapshot() {
  const auto& settings = s_.settings();
  if (!settings.read_first) return {};
  const run::snapshot_terms terms{
      settings.profile, settings.reading.list, settings.max_snapshot_age, !settings.conditions.empty(),
      pending_,         settings.run.limit};
  const auto on_progress = [this](std::uint64_t rows) {
    s_.show_work("gathering rows for list pages", rows, 0);
  };
  auto found = run::gather_snapshot_rows(choice_.ledger(), generation_.id, choice_.input().source, done_,
                                         terms, on_progress, &s_.signals().came());
  s_.hide_work();
  if (auto stopped = choice_.interrupted()) return *stopped;
  if (!found) return found.error();
  if (!found->why_not.empty())
    s_.say().note("every row is read by itself, without list pages first: " + found->why_not);
  listed_ = std::move(found->input);
  return {};
}

status open_generation::begin_run() {
  auto run = choice_.ledger().begin_run(generation_.id, PAWL_VERSION, wall_now(), boot_now());
  if (!run) return run.error();
  run_ = *run;
  return {};
}

// Rows that ended as --retry says are pending again, or superseded by later rows.
status open_generation::take_again() {
  auto& file = choice_.ledger();
  const auto on_progress = [this](std::uint64_t rows) { s_.show_work("looking for later rows", rows, 0); };
  auto left_out = find_left_out(file, generation_, choice_.input().source, s_.settings().profile,
                                s_.settings().retry, on_progress, &s_.signals().came());
  s_.hide_work();
  if (auto stopped = choice_.interrupted()) return *stopped;
  if (!left_out) return left_out.error();
  if (auto begun = begin_run(); !begun) return begun;
  auto taken = file.take_again(generation_.id, run_, s_.settings().retry, *left_out, wall_now());
  if (!taken) return taken.error();
  s_.say().note(fmt::format("taking {} again{}", counted(taken->pending, "row", "rows"),
                            taken->superseded == 0
                                ? std::string{}
                                : fmt::format("; {} superseded by later ones of the same id",
                                              counted(taken->superseded, "row is", "rows are"))));
  return {};
}

// What later rows have written stays out of rows that were taken again, also in later invocations.
status open_generation::keep_out() {
  auto rows = choice_.ledger().left_out(generation_.id);
  if (!rows) return rows.error();
  std::unordered_map<std::uint64_t, std::vector<std::string>> fields;
  for (auto& one : *rows) fields.emplace(one.row, std::move(one.fields));
  choice_.input().source.leave_out(std::move(fields));
  return {};
}

status open_generation::start() {
  auto& file = choice_.ledger();
  const auto& newest = choice_.newest();
  const auto& settings = s_.settings();
  const auto& input = choice_.input();
  const auto path =
      std::filesystem::absolute(input.spooled ? choice_.spool_path() : settings.input_path).string();
  if (newest && !newest->finished && !newest->given_up) {
    s_.say().note(fmt::format("the run of {} is given up with rows pending; a new generation starts",
                              date_and_time(newest->started)));
  } else if (newest && !newest->given_up) {
    s_.say().note(fmt::format(
        "the input that was finished on {} {}: a new generation starts", date_and_time(*newest->finished),
        choice_.identity() == newest->input             ? std::string{"is applied once more"}
        : choice_.identity().file == newest->input.file ? "is applied with other settings"
        : newest->input_path != path                    ? "was " + newest->input_path
                                                        : "has changed since"));
  }
  const auto& facts = input.source.facts();
  ledger::generation_row fresh;
  fresh.target = choice_.target();
  fresh.input = choice_.report()->identity;
  fresh.input_path = path;
  fresh.header = facts.header;
  fresh.delimiter = facts.format == input::file_format::csv ? facts.delimiter : '\0';
  fresh.settings = with_validation(settings.as_json, *choice_.report(), settings.profile);
  fresh.rows = choice_.report()->rows;
  fresh.started = wall_now();
  fresh.skip_invalid = settings.run.skip_invalid;
  auto id = file.begin_generation(fresh, choice_.report()->checkpoints);
  if (!id) return id.error();
  fresh.id = *id;
  generation_ = std::move(fresh);
  return {};
}

status open_generation::go_on() {
  generation_ = *choice_.newest();
  s_.say().note(fmt::format("going on with the run of {}", date_and_time(generation_.started)));
  return {};
}

status open_generation::bind_account(const std::string& account) {
  if (auto bound = choice_.ledger().bind_account(generation_.id, account); !bound) return bound;
  generation_.target.account = account;
  return {};
}

status open_generation::withdraw() {
  if (auto& copy = choice_.input().spooled)
    if (auto back = copy->put_back(); !back) return back;
  return choice_.ledger().withdraw(generation_.id, wall_now());
}

status open_generation::settle(const outcome_counts& now_done) {
  auto& facts = s_.facts();
  if (auto counted = choice_.count(generation_); !counted) return counted;
  auto done = choice_.ledger().done_rows(generation_.id, generation_.rows);
  if (!done) return done.error();
  facts.pending = count_pending(*done, generation_.rows);
  if (auto lost = refuse_lost_rows(generation_.rows, facts.pending, before_, now_done, facts.counts,
                                   s_.settings().ledger_path))
    return *lost;
  if (facts.pending == 0) return choice_.ledger().finish_generation(generation_.id, wall_now());
  return {};
}

}  // namespace pawl::app
