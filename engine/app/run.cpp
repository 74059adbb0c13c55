#include "engine/app/run.hpp"

#include "engine/api/sent_together.hpp"
#include "engine/app/blocking.hpp"
#include "engine/app/certificate_files.hpp"
#include "engine/app/confirmation.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/held.hpp"
#include "engine/app/ledger_choice.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/match_resolution.hpp"
#include "engine/app/name_resolution.hpp"
#include "engine/app/open_generation.hpp"
#include "engine/app/open_input.hpp"
#include "engine/app/progress_ticker.hpp"
#include "engine/app/recorded_input.hpp"
#include "engine/app/session.hpp"
#include "engine/app/token_source.hpp"
#include "engine/async/task_group.hpp"
#include "engine/client/quota_file.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/option.hpp"
#include "engine/run/runner.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/shell_word.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

namespace asio = boost::asio;

// The order of the steps; ledger_choice, open_generation and exit_code make the decisions.
class run_steps {
 public:
  explicit run_steps(session& s) : s_(s), choice_(s, ledger::access::read_write, {}), rows_(s, choice_) {}

  expected<int> all() {
    if (auto done = prepare(); !done) return done.error();
    if (auto done = choice_.decide(); !done) return with_ways_on(std::move(done.error()));
    if (choice_.decision() == ledger::run_decision::already_finished) return tell_finished();
    if (auto done = choice_.validate(rows_.watch()); !done) return done.error();
    if (choice_.report() && choice_.report()->rows == 0) return tell_nothing_to_do(s_, choice_.input());
    if (auto open = s_.within_hours(); !open) return open.error();
    is_announced_ = s_.say().asks();
    if (is_announced_) {
      if (auto agreed = confirm(s_, choice_); !agreed) return agreed.error();
      reads_to_ask_ = s_.facts().figures.reads;
    }
    if (auto done = rows_.begin(); !done) return done.error();
    auto applied = rows_.pending() > 0 ? apply() : status{};
    return conclude(std::move(applied));
  }

 private:
  // Loads the settings and reads the token.
  status prepare() {
    if (auto loaded = choice_.load(); !loaded) return loaded;
    const auto& settings = s_.settings();
    if (const auto* field = api::needs_members_beside(settings.profile);
        field != nullptr && !settings.read_first)
      return failure{
          failure_kind::usage, "read_first",
          fmt::format("a write of profile {} holds the row, and without a read nobody knows the "
                      "members of {} that a row does not name: a server that replaces erases them",
                      settings.profile.name, field->name),
          "read first, or say body_is = \"changes\" in a copy of the profile if the API keeps them"};
    if (input::must_be_spooled(settings.input_path) &&
        settings.ledger_path == settings.input_path + ".ledger")
      return failure{failure_kind::usage, settings.input_path == "-" ? "stdin" : settings.input_path,
                     "has no place beside it for a ledger", "name one with " + to_string(option::ledger)};
    auto token = first_token(s_.token(), [this](const std::string& what) { s_.say().warning(what); });
    if (!token) return token.error();
    token_ = *std::move(token);
    return check_certificates(settings);
  }

  // Adds where the input from a pipe was kept while another run is unfinished, and how to go on with either.
  failure with_ways_on(failure why) const {
    const auto& kept = choice_.kept_path();
    if (kept.empty()) return why;
    const auto& newest = *choice_.newest();
    const auto command = [&](next_command::what is, const std::string& input, input::file_format format) {
      return s_.say().command({is, input, s_.settings().ledger_path, format, {}});
    };
    const auto offer = [&why](std::string_view purpose, const std::string& line) {
      if (!line.empty()) why.what += fmt::format("\n{}: {}", purpose, line);
    };
    why.what += "\nwhat came is kept as " + kept;
    why.remedy.clear();
    if (!s_.settings().retry.empty()) return why;
    if (const auto begun = shaping_of(newest))
      offer("to go on with the unfinished run",
            command(next_command::what::resume, newest.input_path, *begun->format));
    offer("and then with what came", command(next_command::what::resume, kept, choice_.format()));
    offer("or to give up what is left of the unfinished one",
          command(next_command::what::fresh, kept, choice_.format()));
    return why;
  }

  expected<int> tell_finished() {
    const auto& newest = *choice_.newest();
    if (auto done = choice_.count(newest); !done) return done.error();
    s_.say().finished_before(choice_.input().name, *newest.finished, s_.facts());
    s_.facts().stop_reason = "already_finished";
    return exit_code(run_end{s_.facts().counts, 0, true, {}, 0});
  }

  // Uses the network: asks who the key belongs to, then applies every pending row.
  status apply() {
    options_ = s_.settings().run;
    // Rows that were accepted as invalid once stay so, whatever the flags of a later invocation.
    options_.skip_invalid = options_.skip_invalid || rows_.generation().skip_invalid;
    const auto& settings = s_.settings();
    const auto past = [this] { return writes_before(); };
    auto quota = take_in_turn(s_, [&] {
      return client::quota_file::open(settings.state_directory, settings.target.host_header, token_,
                                      options_.writes, options_.reads, past);
    });
    if (!quota) return quota.error();
    progress_.rows = rows_.generation().rows;
    progress_.before = rows_.before();
    progress_.on_failure = [this](const client::failed_row& row) { s_.say().failed(row); };
    progress_.on_trouble = [this](const std::string& what) { s_.say().note("trying again: " + what); };
    progress_.on_contradiction = [this](auto which, const rate_window& configured, const rate_window& said) {
      s_.say().contradicted(which, configured, said);
    };
    progress_.on_pause = [this](const std::string& what, duration left) {
      s_.say().note(fmt::format("waiting for {}, {}", what, in_words(left)));
    };
    progress_.on_snapshot = [this](const client::snapshot_facts& f) { s_.say().listed(f); };

    asio::io_context io{1};
    auto made = run::runner::create(io, options_, settings.profile, *quota, going_on_with(token_, s_.token()),
                                    progress_);
    if (!made) return made.error();
    auto& runner = **made;
    async::task_group helpers(io);
    const auto on_signal = [this, &runner](int number, int so_far) { obey(runner, number, so_far); };
    helpers.start(s_.stops().watch(io, on_signal));

    auto ended = identify(io, runner);
    if (ended) ended = look_up(io, runner);
    if (ended) {
      if (!is_announced_) announce_run();
      progress_.on_pause = {};  // from here on the live line shows it
      progress_ticker ticker(io, s_.say(), progress_, options_.writes);
      helpers.start(ticker.run());
      report_of_run_ =
          wait_for(io, runner.run(choice_.input().source, choice_.ledger(), rows_.generation().id,
                                  rows_.run(), rows_.generation().rows, rows_.done(), rows_.listed()));
      ticker.stop();
      s_.stops().stop();
      helpers.run_until_empty();
    } else {
      s_.stops().stop();
      helpers.run_until_empty();
    }
    helpers.rethrow();
    if (ended && !report_of_run_->error && s_.signals().first() == 0) look_at_input_again();
    return ended;
  }

  // Checks that the input still has the bytes that were validated. After a signal the next run checks it.
  void look_at_input_again() {
    if (auto same = choice_.input().source.verify(); !same) {
      auto& error = report_of_run_->error.emplace(std::move(same.error()));
      const auto look =
          s_.say().command({next_command::what::verify, {}, s_.settings().ledger_path, choice_.format(), {}});
      error.remedy = "keep an input as it is until its run has ended, and look at what was written";
      if (!look.empty()) error.remedy += ": " + look;
      report_of_run_->stop_reason = "input_changed";
    }
  }

  // What earlier runs on this ledger have written lately, for a quota file that is brand-new.
  expected<std::vector<duration>> writes_before() {
    std::chrono::nanoseconds longest{};
    for (const auto& w : options_.writes.windows) longest = std::max(longest, w.length);
    for (const auto* limits : {&options_.writes.shared, &options_.writes.each})
      for (const auto& l : *limits) longest = std::max(longest, l.window.length);
    auto found = choice_.ledger().writes_before(rows_.run(), longest, wall_now(), boot_now());
    if (!found) return std::move(found.error());
    return found->ages(policy::pacer::entries_needed(options_.writes));
  }

  status identify(asio::io_context& io, run::runner& runner) {
    auto who = wait_for(io, runner.identify());
    s_.facts().figures.reads = reads_to_ask_ + progress_.figures.reads;
    if (!who) {
      s_.gave_up(progress_.gave_up);
      return who.error();
    }
    const auto& bound_to = rows_.generation().target;
    if (auto refused =
            refuse_account(bound_to, s_.settings().expected_account, who->account, s_.settings().ledger_path))
      return *refused;
    if (bound_to.account.empty() && !who->account.empty())
      if (auto bound = rows_.bind_account(who->account); !bound) return bound;
    s_.facts().target = target_in_words(bound_to);
    scopes_ = std::move(who->scopes);
    return {};
  }

  // What names and values stand for.
  status look_up(asio::io_context& io, run::runner& runner) {
    const auto names =
        resolve_names(s_, choice_, {rows_.names(), rows_.done(), scopes_, [&] {
                                      return wait_for(io, runner.fetch_names(s_.settings().reading.names));
                                    }});
    auto found = names ? find_resources(io, runner) : status{names.error()};
    s_.facts().figures.reads = reads_to_ask_ + progress_.figures.reads;
    if (found) return found;
    s_.gave_up(progress_.gave_up);
    // Nothing was done with this generation, so the corrected input can begin like a first one. Ids that were
    // found are kept where the input need not be corrected.
    const auto kind = found.error().kind;
    const bool is_wrong = names ? kind == failure_kind::usage : kind != failure_kind::later;
    if (is_wrong && !rows_.was_begun_before()) {
      if (auto done = rows_.withdraw(); !done) return done;
      withdrawn_ = true;
    }
    return found;
  }

  status find_resources(asio::io_context& io, run::runner& runner) {
    if (choice_.matches() == nullptr) return {};
    const auto keep = [this](std::span<const matched_value> some) {
      return choice_.ledger().put_matched(rows_.generation().id, some);
    };
    match_resolution matches(s_, choice_, io, {rows_.done(), rows_.pending(), options_.at_once(), keep});
    return wait_for(io, runner.ask([&matches](auto& client) { return matches.look_up(client); }));
  }

  void announce_run() {
    announcement a;
    a.input_name = choice_.input().name;
    a.ledger_path = s_.settings().ledger_path;
    a.target = target_in_words(rows_.generation().target);
    if (!token_.empty()) a.key_label = token_.label(s_.settings().profile.token_prefix);
    a.rows = rows_.generation().rows;
    a.pending = rows_.pending();
    a.facts = &choice_.input().source.facts();
    a.report = choice_.report() ? &*choice_.report() : nullptr;
    a.profile = &s_.settings().profile;
    s_.say().announced(a);
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

  // Reads the counts back, closes this invocation in the ledger, and returns the exit code. `applied` is the
  // failure that kept the run from its work, if there was one.
  expected<int> conclude(status applied) {
    std::optional<failure> error = report_of_run_ ? report_of_run_->error : std::nullopt;
    if (!applied) error = applied.error();
    if (error && s_.signals().first() != 0 && error->kind == failure_kind::later) error.reset();

    auto& facts = s_.facts();
    if (report_of_run_) {
      facts.figures = report_of_run_->figures;
      facts.figures.reads += reads_to_ask_;
      facts.resume_at = report_of_run_->resume_at;
    }
    const auto now_done = report_of_run_ ? report_of_run_->counts : outcome_counts{};
    bool conserved = true;
    if (auto read = rows_.conclude(now_done); !read) {
      // The ledger cannot be read back (full disk, I/O error). The run's own error tells more, if it has one.
      if (!error || error->kind == failure_kind::later) error = read.error();
      conserved = false;
    }
    look_for_ledger(error);
    run_end end;
    end.counts = facts.counts;
    end.pending = facts.pending;
    end.conserved = conserved;
    end.signal = s_.signals().first();
    end.sent = facts.figures.writes > 0;
    if (error) end.error = error->kind;
    auto code = exit_code(end);

    facts.stop_reason = reason(error);
    if (error && facts.stop_reason == "no_progress")
      error->remedy = "run the same command again later" + how_the_rows_stand();
    if (auto closed = choice_.ledger().end_run(rows_.run(), wall_now(), code, facts.stop_reason, now_done);
        !closed) {
      code = exit_mend;
      if (!error) error = closed.error();
    }
    if (look_for_ledger(error)) code = exit_mend;
    s_.hide_work();
    if (error) s_.error(*error);
    if (!withdrawn_) say_how_it_ended(code);
    return code;
  }

  // Needed even if the writer committed nothing since: a run may be shorter than a second. True: the ledger
  // is not where its name says, and `error` says so; this outranks any other error.
  bool look_for_ledger(std::optional<failure>& error) {
    auto there = choice_.ledger().in_place();
    if (there) return false;
    error = std::move(there.error());
    is_ledger_gone_ = true;
    return true;
  }

  std::string how_the_rows_stand() {
    const auto look = s_.say().command({next_command::what::status, {}, s_.facts().ledger, {}, {}});
    return look.empty() ? std::string{} : "; how the rows stand: " + look;
  }

  std::string reason(const std::optional<failure>& error) const {
    if (is_ledger_gone_) return "ledger";
    if (report_of_run_ && !report_of_run_->stop_reason.empty()) return report_of_run_->stop_reason;
    if (error && !s_.facts().stop_reason.empty()) return s_.facts().stop_reason;
    if (error) return error->kind == failure_kind::usage ? "usage" : "not_started";
    return s_.signals().first() != 0 && s_.facts().pending > 0 ? "signal" : "finished";
  }

  void say_how_it_ended(int code) {
    const auto& facts = s_.facts();
    ending e;
    e.mend_first = code == exit_usage || code == exit_mend;
    e.has_ledger = !is_ledger_gone_;
    e.ledger_path = facts.ledger;
    e.rows = facts.rows;
    e.pending = facts.pending;
    e.counts = facts.counts;
    e.figures = facts.figures;
    if (report_of_run_) e.elapsed = report_of_run_->elapsed;
    e.error_counts = progress_.error_counts;
    e.stop_reason = facts.stop_reason;
    e.resume_at = facts.resume_at;
    next_command again{next_command::what::resume,
                       choice_.input().spooled ? choice_.spool_path() : std::string{},
                       facts.ledger,
                       choice_.input().source.facts().format,
                       {}};
    e.resume_command = s_.say().command(again);
    again.outcomes = worth_retrying(facts.counts);
    if (facts.stop_reason == "max_failures" && !again.outcomes.empty()) {
      again.is = next_command::what::retry;
      e.retry_command = s_.say().command(again);
    }
    s_.say().ended(e);
  }

  session& s_;
  ledger_choice choice_;
  open_generation rows_;
  secret token_;
  bool is_announced_ = false;  // confirm() printed the announcement; do not repeat it
  std::uint64_t reads_to_ask_ = 0;
  run::run_options options_;
  client::progress_counters progress_;
  std::vector<std::string> scopes_;  // of the key
  bool withdrawn_ = false;           // open_generation::withdraw() was called
  bool is_ledger_gone_ = false;
  std::optional<run::run_report> report_of_run_;
};

}  // namespace

result run(const options& o, const host& h) {
  session s(o, h);
  run_steps steps(s);
  return s.conclude([&steps] { return steps.all(); });
}

}  // namespace pawl::app
