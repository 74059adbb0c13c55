// `pawl run`: from the settings over the ledger's decision and the validated input to the runner, and back to
// an exit code. This file is the order of the steps; what they decide stands in generation_choice, run_texts
// and exit_code.
#include "cli/blocking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/generation_choice.hpp"
#include "cli/name_resolution.hpp"
#include "cli/open_input.hpp"
#include "cli/progress_ticker.hpp"
#include "cli/resume_command.hpp"
#include "cli/retried_rows.hpp"
#include "cli/session.hpp"
#include "cli/words.hpp"
#include "config/token.hpp"
#include "engine/input/validation.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/run/key_state.hpp"
#include "engine/run/runner.hpp"
#include "engine/run/snapshot_rows.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pawl::cli {
namespace {

namespace asio = boost::asio;

class run_steps {
 public:
  run_steps(session& s, const std::vector<std::string>& arguments) : s_(s), arguments_(arguments) {}

  expected<int> all() {
    if (auto done = prepare(); !done) return done.error();
    if (auto done = look_at_ledger(); !done) return done.error();
    if (auto done = choose(); !done) return done.error();
    if (decision_ == ledger::run_decision::already_finished) return tell_finished();
    if (decision_ != ledger::run_decision::go_on)
      if (auto done = validate(); !done) return done.error();
    if (report_ && report_->rows == 0) return tell_nothing_to_do();
    if (auto done = begin(); !done) return done.error();
    auto applied = pending_ > 0 ? apply() : status{};
    return conclude(std::move(applied));
  }

 private:
  // Settings, token, and what this version refuses.
  status prepare() {
    if (auto loaded = s_.load(); !loaded) return loaded;
    const auto& settings = s_.settings();
    s_.facts().ledger = settings.ledger_path;
    target_.profile = settings.profile.name;
    target_.base_url = settings.target.url();
    s_.facts().target = in_words(target_);
    if (auto refused = refuse_unread(settings, settings.input_path, nullptr)) return *refused;
    if (must_be_spooled(settings.input_path) && settings.ledger_path == settings.input_path + ".ledger")
      return failure{failure_kind::usage, settings.input_path == "-" ? "stdin" : settings.input_path,
                     "has no place beside it for a ledger", "name one with --ledger"};
    auto token = config::read_token(settings, s_.environment());
    if (!token) return token.error();
    if (!token->warning.empty()) s_.say().warning(token->warning);
    token_ = std::move(token->value);
    return {};
  }

  // A ledger that is not there yet is made when there is something to put into it: an input that is refused
  // leaves nothing behind. What can be read only once is spooled beside the ledger, under its lock.
  status look_at_ledger() {
    std::error_code cannot_tell;
    const bool there = std::filesystem::exists(s_.settings().ledger_path, cannot_tell) || cannot_tell;
    if (!there && !must_be_spooled(s_.settings().input_path)) return {};
    return open_ledger();
  }

  status open_ledger() {
    auto opened = ledger::ledger_file::open(s_.settings().ledger_path, ledger::access::read_write);
    if (!opened) return opened.error();
    ledger_.emplace(*std::move(opened));
    auto newest = ledger_->newest_generation();
    if (!newest) return newest.error();
    newest_ = *std::move(newest);
    if (!newest_) return {};
    if (auto refused = refuse_target(newest_->target, target_, s_.settings().ledger_path)) {
      // A mistyped address must not keep the ledger for itself: nobody answered there, and nothing was done.
      auto done = ledger_->counts(newest_->id);
      if (!done) return done.error();
      if (newest_->id > 1 || !newest_->target.account.empty() || done->total() > 0) return *refused;
      s_.say().note(fmt::format("nothing was done at {} yet: the ledger is for this target from now on",
                                newest_->target.base_url));
      newest_.reset();
      return {};
    }
    target_.account = newest_->target.account;
    return {};
  }

  // What the ledger makes of this input.
  status choose() {
    const auto& settings = s_.settings();
    const auto on_spooled = [this](std::uint64_t bytes) { s_.show_work("reading", 0, bytes); };
    auto opened = open_input(settings, spool_path(), on_spooled, &s_.signals().came());
    if (!opened) return opened.error();
    input_.emplace(*std::move(opened));

    ledger::run_question question;
    question.fresh = settings.fresh;
    question.again = settings.again;
    if (newest_) {
      s_.show_work("reading", 0, 0);
      auto identity = input_->source.identity();
      if (!identity) return identity.error();
      if (auto stopped = interrupted()) return *stopped;
      identity_ = *std::move(identity);
      question.has_generation = true;
      question.finished = newest_->finished.has_value();
      question.given_up = newest_->given_up;
      question.same_input = identity_ == newest_->input;
    }
    if (!settings.retry.empty()) return choose_retry(question);
    decision_ = ledger::decide_run(question);
    if (decision_ == ledger::run_decision::refuse_changed) {
      if (auto done = count(*newest_); !done) return done;
      return changed_input(input_->name, *newest_, identity_, s_.facts().pending, settings.as_json);
    }
    return {};
  }

  // --retry goes on with the newest generation, finished or not, and with no other input.
  status choose_retry(const ledger::run_question& question) {
    const auto answer = ledger::decide_retry(question);
    if (answer == ledger::retry_decision::refuse_none)
      return failure{failure_kind::usage, s_.settings().ledger_path,
                     "holds no run whose rows --retry could take again", "leave out --retry"};
    if (auto done = count(*newest_); !done) return done;
    if (answer == ledger::retry_decision::refuse_changed)
      return changed_input_of_retry(input_->name, *newest_, identity_, s_.settings().as_json);
    std::uint64_t rows = 0;
    for (const auto o : s_.settings().retry) rows += s_.facts().counts[o];
    if (rows == 0) s_.say().note("--retry: no row has one of these outcomes");
    decision_ =
        rows == 0 && newest_->finished ? ledger::run_decision::already_finished : ledger::run_decision::go_on;
    return {};
  }

  expected<int> tell_finished() {
    if (auto done = count(*newest_); !done) return done.error();
    s_.say().note(fmt::format("{}: finished on {}: {}; nothing is sent (--again applies it once more)",
                              input_->name, date_and_time(*newest_->finished),
                              counts_in_words(s_.facts().counts)));
    s_.facts().stop_reason = "already_finished";
    return exit_code(run_end{s_.facts().counts, 0, true, {}, 0});
  }

  expected<int> tell_nothing_to_do() {
    if (auto refused = refuse_no_rows(*input_)) return *std::move(refused);
    s_.say().note(fmt::format("{}: {}", input_->name, nothing_to_do));
    s_.facts().stop_reason = "finished";
    return exit_success;
  }

  status validate() {
    const auto on_progress = [this](std::uint64_t rows, std::uint64_t bytes) {
      s_.show_work("validating", rows, bytes);
    };
    auto report = input::validate(input_->source, s_.settings().profile, on_progress, &s_.signals().came());
    s_.hide_work();
    if (auto stopped = interrupted()) return *stopped;
    if (!report) return report.error();
    report_ = *std::move(report);
    s_.facts().rows = s_.facts().pending = report_->rows;
    if (auto refused = refuse_unread(s_.settings(), input_->name, &*report_)) return *refused;
    if (report_->bad_rows == 0 || s_.settings().run.skip_invalid) return {};
    for (const auto& line : complaint_lines(input_->name, *report_)) s_.say().diagnostic(line);
    s_.facts().stop_reason = "invalid_input";
    return failure{failure_kind::usage, input_->name, wrong_rows_in_words(*report_) + "; nothing was sent",
                   "mend them, or leave them out with --skip-invalid"};
  }

  // The generation and this invocation's row in the ledger; the source stands where the first pending row may
  // be.
  status begin() {
    if (!ledger_) {
      if (auto opened = open_ledger(); !opened) return opened;
      if (newest_)
        return failure{failure_kind::later, s_.settings().ledger_path,
                       "another run has made this ledger in the meantime", "run the same command again"};
    }
    if (input_->spooled)
      if (auto kept = input_->spooled->keep_as(spool_path()); !kept) return kept;
    if (auto done = decision_ == ledger::run_decision::go_on ? go_on() : start(); !done) return done;
    if (!s_.settings().retry.empty())
      if (auto taken = take_again(); !taken) return taken;
    if (auto left = keep_out(); !left) return left;
    auto done_rows = ledger_->done_rows(generation_.id, generation_.rows);
    if (!done_rows) return done_rows.error();
    done_ = *std::move(done_rows);
    if (auto counted = count(generation_); !counted) return counted;
    progress_.rows = generation_.rows;
    progress_.before = s_.facts().counts;
    pending_ = count_pending(done_, generation_.rows);
    if (pending_ > 0) {
      auto from = ledger_->checkpoint_before(generation_.id, first_pending(done_, generation_.rows));
      if (!from) return from.error();
      if (auto sought = input_->source.seek(*from); !sought) return sought;
      if (auto gathered = gather_for_snapshot(); !gathered) return gathered;
      if (auto sought = input_->source.seek(*from); !sought) return sought;
    }
    return run_ == 0 ? begin_run() : status{};
  }

  // The rows that list pages may settle.
  status gather_for_snapshot() {
    const auto& settings = s_.settings();
    if (!settings.read_first) return {};
    const run::snapshot_terms terms{
        settings.profile, settings.reading.list, settings.max_snapshot_age, !settings.conditions.empty(),
        pending_,         settings.run.limit};
    const auto on_progress = [this](std::uint64_t rows) {
      s_.show_work("gathering rows for list pages", rows, 0);
    };
    auto found = run::gather_snapshot_rows(*ledger_, generation_.id, input_->source, done_, terms,
                                           on_progress, &s_.signals().came());
    s_.hide_work();
    if (auto stopped = interrupted()) return *stopped;
    if (!found) return found.error();
    if (!found->why_not.empty())
      s_.say().note("every row is read by itself, without list pages first: " + found->why_not);
    listed_ = std::move(found->input);
    return {};
  }

  status begin_run() {
    auto run = ledger_->begin_run(generation_.id, PAWL_VERSION, wall_now());
    if (!run) return run.error();
    run_ = *run;
    return {};
  }

  // Rows that ended as --retry says are pending again, or superseded by later rows.
  status take_again() {
    const auto on_progress = [this](std::uint64_t rows) { s_.show_work("looking for later rows", rows, 0); };
    auto left_out = find_left_out(*ledger_, generation_, input_->source, s_.settings().profile,
                                  s_.settings().retry, on_progress, &s_.signals().came());
    s_.hide_work();
    if (auto stopped = interrupted()) return *stopped;
    if (!left_out) return left_out.error();
    if (auto begun = begin_run(); !begun) return begun;
    auto taken = ledger_->take_again(generation_.id, run_, s_.settings().retry, *left_out, wall_now());
    if (!taken) return taken.error();
    s_.say().note(fmt::format("taking {} again{}", counted(taken->pending, "row", "rows"),
                              taken->superseded == 0
                                  ? std::string{}
                                  : fmt::format("; {} superseded by later ones of the same id",
                                                counted(taken->superseded, "row is", "rows are"))));
    return {};
  }

  // What later rows have written stays out of rows that were taken again, also in later invocations.
  status keep_out() {
    auto rows = ledger_->left_out(generation_.id);
    if (!rows) return rows.error();
    std::unordered_map<std::uint64_t, std::vector<std::string>> fields;
    for (auto& one : *rows) fields.emplace(one.row, std::move(one.fields));
    input_->source.leave_out(std::move(fields));
    return {};
  }

  status start() {
    if (newest_ && !newest_->finished && !newest_->given_up) {
      if (auto done = ledger_->give_up(newest_->id, wall_now()); !done) return done;
      s_.say().note(fmt::format("the run of {} is given up with rows pending; a new generation starts",
                                date_and_time(newest_->started)));
    } else if (newest_ && !newest_->given_up) {
      s_.say().note(fmt::format("the input that was finished on {} {}: a new generation starts",
                                date_and_time(*newest_->finished),
                                identity_ == newest_->input             ? "is applied once more"
                                : identity_.file == newest_->input.file ? "is applied with other settings"
                                                                        : "has changed since"));
    }
    const auto& settings = s_.settings();
    ledger::generation_row fresh;
    fresh.target = target_;
    fresh.input = report_->identity;
    fresh.input_path =
        std::filesystem::absolute(input_->spooled ? spool_path() : settings.input_path).string();
    fresh.header = input_->source.facts().header;
    fresh.delimiter =
        input_->source.facts().format == input::file_format::csv ? input_->source.facts().delimiter : '\0';
    fresh.settings = settings.as_json;
    fresh.rows = report_->rows;
    fresh.started = wall_now();
    fresh.skip_invalid = settings.run.skip_invalid;
    auto id = ledger_->begin_generation(fresh, report_->checkpoints);
    if (!id) return id.error();
    fresh.id = *id;
    generation_ = std::move(fresh);
    return {};
  }

  status go_on() {
    generation_ = *newest_;
    s_.say().note(fmt::format("going on with the run of {}", date_and_time(generation_.started)));
    return {};
  }

  // The network: who the key belongs to, then every pending row.
  status apply() {
    options_ = s_.settings().run;
    // Rows that were accepted as invalid once stay so, whatever the flags of a later invocation.
    options_.skip_invalid = options_.skip_invalid || generation_.skip_invalid;
    if (options_.user_agent.empty()) options_.user_agent = "pawl/" PAWL_VERSION;
    const auto& settings = s_.settings();
    auto quota = run::key_state::open(settings.state_directory, settings.target.host_header, token_,
                                      options_.writes, options_.reads);
    if (!quota) return quota.error();
    progress_.on_failure = [this](const run::failed_row& row) { s_.say().warning(failure_in_words(row)); };
    progress_.on_snapshot = [this](const run::snapshot_facts& f) { s_.say().note(snapshot_in_words(f)); };

    asio::io_context io{1};
    auto made = run::runner::create(io, options_, settings.profile, *quota, token_source(), progress_);
    if (!made) return made.error();
    auto& runner = **made;
    std::size_t helpers = 0;
    std::exception_ptr broken;
    const auto helper_ended = [&helpers, &broken](const std::exception_ptr& error) {
      --helpers;
      if (error) broken = error;
    };
    const auto on_signal = [this, &runner](int number, int so_far) { obey(runner, number, so_far); };
    ++helpers;
    asio::co_spawn(io, s_.signals().watch(io, on_signal), helper_ended);

    auto ended = identify(io, runner);
    if (ended) ended = look_up_names(io, runner);
    if (ended) {
      announce_run();
      progress_ticker ticker(
          io, choose_progress(settings.progress, s_.terminal().can_redraw(), settings.verbosity),
          s_.terminal(), s_.say(), progress_, options_.writes);
      ++helpers;
      asio::co_spawn(io, ticker.run(), helper_ended);
      report_of_run_ = wait_for(io, runner.run(input_->source, *ledger_, generation_.id, run_,
                                               generation_.rows, done_, listed_ ? &*listed_ : nullptr));
      ticker.stop();
      s_.signals().stop();
      while (helpers > 0) io.run_one();
    } else {
      s_.signals().stop();
      while (helpers > 0) io.run_one();
    }
    if (broken) std::rethrow_exception(broken);
    return ended;
  }

  // The token that was read at the start, and from then on whatever its place holds: a pipe can be read only
  // once, and a file may be rotated.
  run::token_source token_source() {
    return [this, first = true]() mutable -> expected<secret> {
      if (std::exchange(first, false)) return token_;
      auto read = config::read_token(s_.settings(), s_.environment());
      if (!read) return read.error();
      return std::move(read->value);
    };
  }

  status identify(asio::io_context& io, run::runner& runner) {
    auto who = wait_for(io, runner.identify());
    s_.facts().reads = progress_.reads;
    if (!who) return who.error();
    if (auto refused = refuse_account(generation_.target, s_.settings().expected_account, who->account,
                                      s_.settings().ledger_path))
      return *refused;
    if (generation_.target.account.empty() && !who->account.empty()) {
      if (auto bound = ledger_->bind_account(generation_.id, who->account); !bound) return bound;
      generation_.target.account = who->account;
    }
    s_.facts().target = in_words(generation_.target);
    scopes_ = std::move(who->scopes);
    return {};
  }

  status look_up_names(asio::io_context& io, run::runner& runner) {
    const name_question question{
        .input_name = input_->name,
        .source = input_->source,
        .report = report_ ? &*report_ : nullptr,
        .is_pending = [this](std::uint64_t row) { return !done_.contains(row); },
        .scopes = scopes_,
        .fetch = [&] { return wait_for(io, runner.fetch_names(s_.settings().reading.names)); }};
    auto names = resolve_names(s_, question);
    s_.facts().reads = progress_.reads;
    if (names) return {};
    // Nothing was done with this generation: the mended input is to begin like a first one.
    if (names.error().kind != failure_kind::later && decision_ != ledger::run_decision::go_on)
      if (auto done = ledger_->give_up(generation_.id, wall_now()); !done) return done;
    return std::move(names.error());
  }

  void announce_run() {
    announcement a;
    a.input_name = input_->name;
    a.ledger_path = s_.settings().ledger_path;
    a.target = in_words(generation_.target);
    if (!token_.empty()) a.key_label = token_.label(s_.settings().profile.token_prefix);
    a.rows = generation_.rows;
    a.pending = pending_;
    a.facts = &input_->source.facts();
    a.report = report_ ? &*report_ : nullptr;
    s_.print(announce(a, s_.settings()));
    if (!s_.settings().read_first && s_.settings().profile.read_first)
      s_.say().note(
          "--no-read-first: every row is written, also those that are as wanted; what is overwritten is not "
          "known, so it cannot be undone, and a write that was cut off cannot be judged by a read");
  }

  void obey(run::runner& runner, int number, int so_far) {
    if (so_far == 1) {
      s_.say().note(fmt::format("{}: finishing what is on the wire (at most {}); a second one stops now",
                                signal_name(number), in_words(options_.drain_timeout)));
      runner.stop(run::stop_kind::drain, "signal");
    } else {
      runner.stop(run::stop_kind::now, "signal");
    }
  }

  // The counts as the ledger has them, the closing row of this invocation, the exit code. `applied` is what
  // kept the run from its work, if anything did.
  expected<int> conclude(status applied) {
    std::optional<failure> error = report_of_run_ ? report_of_run_->error : std::nullopt;
    if (!applied) error = applied.error();
    if (error && s_.signals().first() != 0 && error->kind == failure_kind::later) error.reset();

    auto& facts = s_.facts();
    if (report_of_run_) {
      facts.reads = report_of_run_->reads;
      facts.writes = report_of_run_->writes;
      facts.retries = report_of_run_->retries;
      facts.throttled = report_of_run_->throttled;
      facts.resume_at = report_of_run_->resume_at;
    }
    const auto now_done = report_of_run_ ? report_of_run_->counts : outcome_counts{};
    bool conserved = true;
    if (auto read = settle(now_done); !read) {
      // A ledger that cannot be read back any more (full disk, I/O error): the run's own error says more, if
      // it has one.
      if (!error || error->kind == failure_kind::later) error = read.error();
      conserved = false;
    }
    run_end end;
    end.counts = facts.counts;
    end.pending = facts.pending;
    end.conserved = conserved;
    end.signal = s_.signals().first();
    end.sent = facts.writes > 0;
    if (error) end.error = error->kind;
    auto code = exit_code(end);

    facts.stop_reason = reason(error);
    if (auto closed = ledger_->end_run(run_, wall_now(), code, facts.stop_reason, now_done); !closed) {
      code = exit_mend;
      if (!error) error = closed.error();
    }
    s_.hide_work();
    if (error) s_.say().error(*error);
    say_how_it_ended();
    return code;
  }

  // Reads the counts back and finishes the generation when nothing is pending.
  status settle(const outcome_counts& now_done) {
    auto& facts = s_.facts();
    if (auto counted = count(generation_); !counted) return counted;
    auto done = ledger_->done_rows(generation_.id, generation_.rows);
    if (!done) return done.error();
    facts.pending = count_pending(*done, generation_.rows);
    if (auto lost = refuse_lost_rows(generation_.rows, facts.pending, progress_.before, now_done,
                                     facts.counts, s_.settings().ledger_path))
      return *lost;
    if (facts.pending == 0) return ledger_->finish_generation(generation_.id, wall_now());
    return {};
  }

  std::string reason(const std::optional<failure>& error) const {
    if (report_of_run_ && !report_of_run_->stop_reason.empty()) return report_of_run_->stop_reason;
    if (error && !s_.facts().stop_reason.empty()) return s_.facts().stop_reason;
    if (error) return error->kind == failure_kind::usage ? "usage" : "not_started";
    return s_.signals().first() != 0 && s_.facts().pending > 0 ? "signal" : "finished";
  }

  void say_how_it_ended() {
    const auto& facts = s_.facts();
    ending e;
    e.ledger_path = facts.ledger;
    e.rows = facts.rows;
    e.pending = facts.pending;
    e.counts = facts.counts;
    e.writes = facts.writes;
    e.retries = facts.retries;
    e.throttled = facts.throttled;
    if (report_of_run_) e.elapsed = report_of_run_->elapsed;
    e.error_counts = progress_.error_counts;
    e.stop_reason = facts.stop_reason;
    e.resume_at = facts.resume_at;
    e.resume_command =
        resume_command({arguments_, s_.settings().input_path, input_->spooled ? spool_path() : std::string{},
                        facts.ledger, input_->source.facts().format});
    s_.print(closing_lines(e));
  }

  // The generation's counts into the summary.
  status count(const ledger::generation_row& g) {
    auto counts = ledger_->counts(g.id);
    if (!counts) return counts.error();
    auto& facts = s_.facts();
    facts.generation = g.id;
    facts.target = in_words(g.target);
    facts.rows = g.rows;
    facts.counts = *counts;
    facts.pending = g.rows - std::min(g.rows, counts->total());
    return {};
  }

  std::optional<failure> interrupted() const {
    if (s_.signals().first() == 0) return std::nullopt;
    return failure{failure_kind::later, "", "interrupted before anything was sent",
                   "run the same command again"};
  }

  std::string spool_path() const { return s_.settings().ledger_path + ".input"; }

  session& s_;
  const std::vector<std::string>& arguments_;
  secret token_;
  ledger::target target_;
  std::optional<ledger::ledger_file> ledger_;
  std::optional<ledger::generation_row> newest_;
  std::optional<opened_input> input_;
  input::input_identity identity_;
  ledger::run_decision decision_ = ledger::run_decision::start;
  std::optional<input::validation_report> report_;
  ledger::generation_row generation_;
  ledger::row_set done_;
  std::uint64_t pending_ = 0;
  std::optional<run::snapshot_input> listed_;
  std::int64_t run_ = 0;
  run::run_options options_;
  run::progress_counters progress_;
  std::vector<std::string> scopes_;  // of the key
  std::optional<run::run_report> report_of_run_;
};

}  // namespace

int run_command(const config::raw_options& raw, const std::vector<std::string>& arguments,
                const config::environment& env, console& out) {
  session s(raw, env, out);
  run_steps steps(s, arguments);
  return s.conclude([&steps] { return steps.all(); });
}

}  // namespace pawl::cli
