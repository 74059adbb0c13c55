#include "engine/app/ledger_choice.hpp"

#include "engine/app/complaints.hpp"
#include "engine/app/held.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_settings.hpp"
#include "engine/app/recorded_validation.hpp"
#include "engine/input/used_names.hpp"
#include "engine/model/option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace pawl::app {

ledger_choice::ledger_choice(session& s, ledger::access access, std::string spool_path)
    : s_(s), access_(access), spool_path_(std::move(spool_path)) {}

status ledger_choice::load() {
  const auto& settings = s_.settings();
  s_.facts().ledger = settings.ledger_path;
  target_ = target_of(settings);
  s_.facts().target = target_in_words(target_);
  if (auto refused = refuse_batches(settings.profile)) return *std::move(refused);
  if (auto refused = refuse_unread(settings, settings.input_path, nullptr)) return *refused;
  if (spool_path_.empty()) spool_path_ = settings.ledger_path + ".input";
  return {};
}

status ledger_choice::decide() {
  if (auto done = look_at_ledger(); !done) return done;
  return choose();
}

// Opens the ledger if it exists. A new one is created only when there is something to put into it, so that an
// input that is refused leaves nothing behind; but an input that can be read only once is spooled beside the
// ledger, under its lock.
status ledger_choice::look_at_ledger() {
  std::error_code cannot_tell;
  const bool there = std::filesystem::exists(s_.settings().ledger_path, cannot_tell) || cannot_tell;
  const bool needs_lock =
      access_ == ledger::access::read_write && input::must_be_spooled(s_.settings().input_path);
  if (!there && !needs_lock) return {};
  return open_ledger();
}

status ledger_choice::open_ledger() {
  auto opened =
      take_in_turn(s_, [this] { return ledger::ledger_file::open(s_.settings().ledger_path, access_); });
  if (!opened) return opened.error();
  ledger_.emplace(*std::move(opened));
  auto newest = ledger_->newest_generation();
  if (!newest) return newest.error();
  newest_ = *std::move(newest);
  if (!newest_) return {};
  if (auto refused = refuse_target(newest_->target, target_, s_.settings().ledger_path)) {
    // Nobody answered at a mistyped address, and nothing was done there, so it must not keep the ledger for
    // itself.
    auto unused = nothing_was_done();
    if (!unused) return unused.error();
    if (!*unused) return *refused;
    s_.say().note(fmt::format("nothing was done at {} yet: the ledger is for this target from now on",
                              newest_->target.base_url));
    newest_.reset();
    return {};
  }
  target_.account = newest_->target.account;
  return {};
}

// Whether no run of this ledger has done anything, at whatever target.
expected<bool> ledger_choice::nothing_was_done() {
  for (auto id = newest_->id; id > 0; --id) {
    auto generation = ledger_->generation(id);
    if (!generation) return std::move(generation.error());
    auto done = ledger_->counts(id);
    if (!done) return std::move(done.error());
    if (done->total() > 0 || (*generation && !(*generation)->target.account.empty())) return false;
  }
  return true;
}

// Opens the input and decides what the ledger means for it.
status ledger_choice::choose() {
  const auto& settings = s_.settings();
  const auto on_spooled = [this](std::uint64_t bytes) { s_.show_work("reading", 0, bytes); };
  auto opened = open_input(s_, spool_path_, on_spooled, &s_.signals().came());
  if (!opened) return opened.error();
  input_.emplace(*std::move(opened));

  ledger::run_question question;
  question.fresh = settings.fresh;
  question.again = settings.again;
  if (newest_) {
    question.has_generation = true;
    question.finished = newest_->finished.has_value();
    question.given_up = newest_->given_up;
  }
  // If the decision does not need the digest, the validating pass takes it.
  if (newest_ && (!settings.retry.empty() || ledger::depends_on_input(question))) {
    s_.show_work("reading", 0, 0);
    auto identity = identify();
    if (!identity) return identity.error();
    if (auto stopped = interrupted()) return *stopped;
    identity_ = *std::move(identity);
    question.same_input = identity_ == newest_->input;
  }
  if (!settings.retry.empty()) return choose_retry(question);
  decision_ = ledger::decide_run(question);
  if (decision_ == ledger::run_decision::refuse_changed) {
    if (auto done = count(*newest_); !done) return done;
    if (auto kept = keep_what_came(); !kept) return kept;
    return changed_input(input_->name, *newest_, identity_, s_.facts().pending, settings.as_json);
  }
  if (decision_ == ledger::run_decision::go_on && !reads_as_before()) {
    if (auto done = count(*newest_); !done) return done;
    return changed_input(input_->name, *newest_, identity_, s_.facts().pending, settings.as_json);
  }
  return {};
}

// Compares the fingerprint if the ledger has one of its input. Takes the digest if there is none, or if the
// bytes differ.
expected<input::input_identity> ledger_choice::identify() {
  auto& source = input_->source;
  if (const auto print = recorded_print(newest_->settings)) {
    auto same = source.identity_if(*print, newest_->input.file);
    if (!same) return std::move(same.error());
    if (*same) return **same;
  }
  return source.identity();
}

// Keeps the copy under a name made from its bytes, so that a job that brings the same bytes every night does
// not fill the disk.
status ledger_choice::keep_what_came() {
  if (access_ != ledger::access::read_write || !input_->spooled || identity_.file == newest_->input.file)
    return {};
  if (std::error_code unknown; std::filesystem::file_size(input_->spooled->path(), unknown) == 0) return {};
  constexpr std::size_t digits = 12;  // chosen
  const auto path = spool_path_ + "." + input::to_hex(identity_.file).substr(0, digits);
  if (auto kept = input_->spooled->keep_as(path); !kept) return kept;
  kept_path_ = path;
  return {};
}

// Whether this invocation reads and writes as the generation did before. Without reading first, nothing is in
// the ledger before a write is sent; if the next invocation did read, it would find those values and call the
// row unchanged. And all writes of a generation must hold the same part of a resource, because undo relies on
// it; and a profile that writes or reads in another way would judge rows of before by what it does not know.
bool ledger_choice::reads_as_before() const {
  const recorded_settings before(newest_->settings), now(s_.settings().as_json);
  // Ledgers of earlier versions do not have these two.
  const auto same_where_known = [&](shaping_key key) {
    const auto then = before.text(key), this_time = now.text(key);
    return !then || !this_time || then == this_time;
  };
  return before.text(shaping_key::read_first) == now.text(shaping_key::read_first) &&
         same_where_known(shaping_key::body_is) && same_where_known(shaping_key::profile);
}

// --retry goes on with the newest generation, finished or not, and accepts no other input.
status ledger_choice::choose_retry(const ledger::run_question& question) {
  const auto answer = ledger::decide_retry(question);
  if (answer == ledger::retry_decision::refuse_none)
    return failure{failure_kind::usage, s_.settings().ledger_path,
                   "holds no run whose rows " + to_string(option::retry) + " could take again",
                   "leave out " + to_string(option::retry)};
  if (auto proven = ledger().prove(newest_->id); !proven) return proven;
  if (auto done = count(*newest_); !done) return done;
  if (answer == ledger::retry_decision::refuse_changed)
    if (auto kept = keep_what_came(); !kept) return kept;
  if (answer == ledger::retry_decision::refuse_changed || !reads_as_before())
    return changed_input_of_retry(input_->name, *newest_, identity_, s_.settings().as_json);
  std::uint64_t rows = 0;
  for (const auto o : s_.settings().retry) rows += s_.facts().counts[o];
  if (rows == 0) s_.say().note(to_string(option::retry) + ": no row has one of these outcomes");
  decision_ =
      rows == 0 && newest_->finished ? ledger::run_decision::already_finished : ledger::run_decision::go_on;
  return {};
}

status ledger_choice::validate(input::row_watch watch) {
  if (auto recalled = recall_matches(); !recalled) return recalled;
  if (decision_ == ledger::run_decision::go_on) return {};
  const auto on_progress = [this](std::uint64_t rows, std::uint64_t bytes) {
    s_.show_work("validating", rows, bytes);
  };
  auto report = input::validate(input_->source, s_.settings().profile, on_progress, &s_.signals().came(),
                                std::move(watch));
  s_.hide_work();
  if (auto stopped = interrupted()) return *stopped;
  if (!report) return report.error();
  report_ = *std::move(report);
  identity_ = report_->identity;
  s_.facts().rows = s_.facts().pending = report_->rows;
  if (auto refused = refuse_unread(s_.settings(), input_->name, &*report_)) return *refused;
  if (report_->bad_rows == 0 || s_.settings().run.skip_invalid) return {};
  for (const auto& line : complaint_lines(input_->name, *report_)) s_.say().complaint(line);
  s_.facts().stop_reason = "invalid_input";
  return failure{failure_kind::usage, input_->name, wrong_rows_in_words(*report_) + "; nothing was sent",
                 "mend them, or leave them out with " + to_string(option::skip_invalid)};
}

// A generation that goes on keeps the ids that were found at first. Values without one are looked up again
// as long as nothing was applied.
status ledger_choice::recall_matches() {
  if (s_.settings().source.match.empty()) return {};
  auto made = ledger::matched_values::create();
  if (!made) return std::move(made.error());
  matches_ = *std::move(made);
  if (decision_ != ledger::run_decision::go_on) return {};
  auto begun = ledger_->was_begun(newest_->id);
  if (!begun) return std::move(begun.error());
  accepted_unmatched_ = *begun;
  const auto recall = [this](const matched_value& one) {
    return one.is_one() || accepted_unmatched_ ? matches_->put(one) : status{};
  };
  if (auto read = ledger_->for_each_matched(newest_->id, recall); !read) return read;
  input_->source.use_ids(matches_.get(), input::job_source::unknown_values::kept);
  return {};
}

std::optional<input::validation_report> ledger_choice::survey() const {
  if (report_) return report_;
  auto before = recorded_validation(newest_->settings, s_.settings().profile);
  if (before) before->rows = newest_->rows;
  return before;
}

bool ledger_choice::may_have_names() const {
  if (report_) return report_->names.any();
  const auto& profile = s_.settings().profile;
  if (!input::has_name_verbs(profile)) return false;
  const auto before = survey();
  return !before || input::has_name_verbs(profile, before->rows_with_field);
}

status ledger_choice::count(const ledger::generation_row& g) {
  auto counts = ledger_->counts(g.id);
  if (!counts) return counts.error();
  auto& facts = s_.facts();
  facts.generation = g.id;
  facts.target = target_in_words(g.target);
  facts.rows = g.rows;
  facts.counts = *counts;
  facts.pending = g.rows - std::min(g.rows, counts->total());
  return {};
}

std::optional<failure> ledger_choice::interrupted() const {
  if (s_.signals().first() == 0) return std::nullopt;
  return failure{failure_kind::later, "", "interrupted before anything was sent",
                 "run the same command again"};
}

}  // namespace pawl::app
