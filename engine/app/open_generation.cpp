#include "engine/app/open_generation.hpp"

#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_validation.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/own_user.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

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
  if (auto counted = choice_.count(generation_); !counted) return counted;
  before_ = s_.facts().counts;
  pending_ = count_pending(done_, generation_.rows);
  if (pending_ > 0) {
    conclude_gathering();
    auto from = file.checkpoint_before(generation_.id, first_pending(done_, generation_.rows) - 1);
    if (!from) return from.error();
    if (auto sought = input.source.seek(*from); !sought) return sought;
  }
  return run_ == 0 ? begin_run() : status{};
}

// Rows that name no ids cannot be held against the items of a page before each was looked up.
bool open_generation::may_use_pages() const {
  return s_.settings().read_first && s_.settings().source.match.empty();
}

input::row_watch open_generation::watch() {
  if (!may_use_pages()) return {};
  gathered_.emplace(terms(std::nullopt), ledger::row_set{});
  return [this](const job_view& job) { return gathered_->see(job); };
}

run::snapshot_terms open_generation::terms(std::optional<std::uint64_t> pending) const {
  const auto& settings = s_.settings();
  return {settings.profile,          settings.reading.list,
          settings.max_snapshot_age, !settings.conditions.empty() || !settings.fill_empty.empty(),
          settings.run.limit,        pending};
}

// Left to their own reads are those that the ledger doubts.
status open_generation::gather_pending() {
  if (!may_use_pages()) return {};
  auto& file = choice_.ledger();
  auto alone = file.retried_rows(generation_.id);
  if (!alone) return alone.error();
  auto doubtful = file.open_intents(generation_.id);
  if (!doubtful) return doubtful.error();
  for (const auto& intent : *doubtful) alone->insert(intent.row);
  if (!s_.settings().retry.empty())
    for (std::uint64_t row = 1; row <= generation_.rows; ++row)
      if (walk_.again().contains(row)) alone->insert(row);
  gathered_.emplace(terms(walk_.pending()), *std::move(alone));
  return {};
}

void open_generation::conclude_gathering() {
  if (!gathered_) return;
  auto found = gathered_->finish(pending_);
  gathered_.reset();
  if (!found.why_not.empty())
    s_.say().note("every row is read by itself, without list pages first: " + found.why_not);
  listed_ = std::move(found.input);
}

status open_generation::begin_run() {
  auto run = choice_.ledger().begin_run(generation_.id, PAWL_VERSION, wall_now(), boot_now(), who_runs());
  if (!run) return run.error();
  run_ = *run;
  return {};
}

// Rows that ended as --retry says are pending again, or superseded by later rows.
status open_generation::take_again() {
  auto& file = choice_.ledger();
  if (auto begun = begin_run(); !begun) return begun;
  auto taken = file.take_again(generation_.id, run_, s_.settings().retry, walk_.left_out(), wall_now());
  if (!taken) return taken.error();
  s_.say().note(fmt::format("taking {} again{}", counted(taken->pending, "row", "rows"),
                            taken->superseded == 0
                                ? std::string{}
                                : fmt::format("; {} superseded by later ones of the same id",
                                              counted(taken->superseded, "row is", "rows are"))));
  auto done = file.done_rows(generation_.id, generation_.rows);
  if (!done) return done.error();
  done_ = *std::move(done);
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
  done_ = ledger::row_set{generation_.rows};
  return {};
}

status open_generation::go_on() {
  generation_ = *choice_.newest();
  s_.say().note(fmt::format("going on with the run of {}", date_and_time(generation_.started)));
  auto begun_before = choice_.ledger().was_begun(generation_.id);
  if (!begun_before) return begun_before.error();
  was_begun_ = *begun_before;
  auto done = choice_.ledger().done_rows(generation_.id, generation_.rows);
  if (!done) return done.error();
  if (auto begun = walk_.begin(*std::move(done)); !begun) return begun;
  if (auto gathering = gather_pending(); !gathering) return gathering;
  if (auto looked = walk_.look(gathered_ ? &*gathered_ : nullptr); !looked) return looked;
  done_ = walk_.take_done();
  return s_.settings().retry.empty() ? status{} : take_again();
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

status open_generation::conclude(const outcome_counts& now_done) {
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
