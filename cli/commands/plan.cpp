// `pawl plan`: what a run of this input would do, by reading what it would read. Nothing is written: not to
// the API, not to the ledger.
#include "cli/commands/commands.hpp"
#include "cli/render/plan_texts.hpp"
#include "cli/terminal/command_frame.hpp"
#include "config/settings_checks.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/ledger_choice.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/name_resolution.hpp"
#include "engine/app/plan_rows.hpp"
#include "engine/app/retried_rows.hpp"
#include "engine/app/session.hpp"
#include "engine/client/name_fetch.hpp"
#include "engine/client/quota_file.hpp"
#include "engine/ledger/scratch/planned_values.hpp"
#include "engine/plan/plan_judge.hpp"
#include "engine/plan/plan_tally.hpp"
#include "engine/plan/planner.hpp"
#include "engine/plan/run_forecast.hpp"
#include "engine/sys/complete_output.hpp"
#include "engine/sys/files.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <unistd.h>

namespace pawl::cli {
namespace {

namespace asio = boost::asio;

constexpr std::size_t write_at_bytes = 64 * 1024;

// Where the copy of a pipe goes while it is planned: removed at the end.
std::string temporary_copy() {
  std::error_code failed;
  auto directory = std::filesystem::temp_directory_path(failed);
  if (failed) directory = "/tmp";
  return (directory / fmt::format("pawl-plan-{}", ::getpid())).string();
}

class plan_steps {
 public:
  plan_steps(app::session& s, const config::settings& settings, const app::plan_options& o)
      : s_(s),
        settings_(settings),
        options_(o),
        choice_(s, ledger::access::read_only, temporary_copy()),
        api_(s) {}

  expected<int> all() {
    if (auto done = prepare(); !done) return done.error();
    if (auto done = choice_.decide(); !done) return done.error();
    if (choice_.decision() != ledger::run_decision::already_finished)
      if (auto done = choice_.validate(); !done) return done.error();
    if (choice_.report() && choice_.report()->rows == 0) return tell_nothing_to_do();
    if (auto done = find_pending(); !done) return done.error();
    if (!options_.out.empty()) {
      auto out = complete_output::open(options_.out);
      if (!out) return out.error();
      out_.emplace(*std::move(out));
    }
    tally_.emplace(s_.settings().profile);
    jobs_.emplace(s_.settings().profile, choice_.input().source.facts());
    if (auto opened = api_.open(); !opened) return opened.error();
    const auto started = clock::now();
    auto planned = api_.run(plan());
    if (!planned) return planned.error();
    elapsed_ = clock::now() - started;
    flush();
    if (auto done = finish_jobs(); !done) return done.error();
    return conclude();
  }

 private:
  status prepare() {
    if (auto loaded = choice_.load(); !loaded) return loaded;
    const auto& settings = s_.settings();
    if (settings.summary_path == "-")
      return failure{failure_kind::usage, "--summary", "standard output is where the plan goes",
                     "name a file"};
    if (auto refused = config::refuse_taken_place(settings_, "--out", options_.out))
      return *std::move(refused);
    return {};
  }

  expected<int> tell_nothing_to_do() {
    if (auto refused = app::refuse_no_rows(choice_.input())) return *std::move(refused);
    s_.say().note(fmt::format("{}: {}", choice_.input().name, app::nothing_to_do));
    s_.facts().stop_reason = "finished";
    return app::exit_success;
  }

  // Which rows are done, what of their patches stays out, and where the input stands for the first pending
  // one: as a run would have it, without telling the ledger.
  status find_pending() {
    rows_ = s_.facts().rows;
    input::checkpoint from;
    const auto decision = choice_.decision();
    const bool goes_on = decision == ledger::run_decision::go_on;
    if (goes_on || decision == ledger::run_decision::already_finished) {
      const auto& generation = *choice_.newest();
      auto& file = choice_.ledger();
      if (auto counted = choice_.count(generation); !counted) return counted;
      rows_ = generation.rows;
      counts_ = s_.facts().counts;
      auto done = file.done_rows(generation.id, rows_);
      if (!done) return done.error();
      done_ = *std::move(done);
      if (auto left = leave_out(generation); !left) return left;
      auto at = file.checkpoint_before(generation.id, app::first_pending(done_, rows_));
      if (!at) return at.error();
      from = *at;
      auto open = file.open_intents(generation.id);
      if (!open) return open.error();
      for (auto& intent : *open) interrupted_.insert_or_assign(intent.row, std::move(intent));
    } else if (!choice_.report()->checkpoints.empty()) {
      from = choice_.report()->checkpoints.front();
    }
    pending_ = app::count_pending(done_, rows_);
    return choice_.input().source.seek(from);
  }

  status leave_out(const ledger::generation_row& generation) {
    auto& file = choice_.ledger();
    auto& source = choice_.input().source;
    auto kept_out = file.left_out(generation.id);
    if (!kept_out) return kept_out.error();
    std::unordered_map<std::uint64_t, std::vector<std::string>> fields;
    for (auto& one : *kept_out) fields.emplace(one.row, std::move(one.fields));
    const auto& retried = s_.settings().retry;
    if (!retried.empty()) {
      const auto on_progress = [this](std::uint64_t rows) {
        s_.show_work("looking for later rows", rows, 0);
      };
      auto found = app::find_left_out(file, generation, source, s_.settings().profile, retried, on_progress,
                                      &s_.signals().came());
      s_.hide_work();
      if (auto stopped = choice_.interrupted()) return *stopped;
      if (!found) return found.error();
      ledger::row_set again(rows_);
      const auto take = [&](const ledger::job_row& job) {
        again.insert(job.row);
        --counts_[job.outcome];
        return true;
      };
      if (auto read = file.for_each_job(generation.id, retried, take); !read) return read;
      for (auto& one : *found) {
        if (one.superseded) {
          // It ends so without being sent.
          ++counts_[outcome::superseded];
          superseded_.insert(one.row);
        }
        fields.insert_or_assign(one.row, std::move(one.fields));
      }
      ledger::row_set still_done(rows_);
      for (std::uint64_t row = 1; row <= rows_; ++row)
        if (superseded_.contains(row) || (done_.contains(row) && !again.contains(row)))
          still_done.insert(row);
      done_ = std::move(still_done);
    }
    source.leave_out(std::move(fields));
    return {};
  }

  asio::awaitable<expected<int>> plan() {
    const auto& settings = s_.settings();
    const auto asked = clock::now();
    auto who = co_await api_.identify();
    if (!who) co_return std::move(who.error());
    const auto answered_after = clock::now() - asked;
    if (counts_[outcome::applied] + counts_[outcome::unchanged] > 0) api_.client().has_succeeded();
    if (auto refused = app::refuse_account(choice_.target(), {}, who->account, settings.ledger_path))
      co_return *std::move(refused);
    std::optional<expected<api::name_directory>> listed;
    if (may_have_names()) {
      auto got = co_await client::fetch_names(api_.client(), settings.reading.names);
      listed.emplace(std::move(got));
    }
    auto names = resolve(who->scopes, listed);
    if (!names) co_return std::move(names.error());
    auto scratch = ledger::planned_values::create(settings.profile.reply.ids);
    if (!scratch) co_return std::move(scratch.error());
    std::optional<api::resource_reader> resources;
    if (settings.read_first)
      resources.emplace(settings.profile, settings.conditions, *names, settings.run.force_unechoed);
    plan::plan_judge judge(settings.profile, resources ? &*resources : nullptr, *std::move(scratch),
                           std::move(interrupted_));
    const plan::planner::parts parts{.io = api_.io(),
                                     .client = api_.client(),
                                     .profile = settings.profile,
                                     .retry = settings.run.retry,
                                     .source = choice_.input().source,
                                     .done = done_,
                                     .judge = judge,
                                     .reads = settings.read_first,
                                     .concurrency = at_once(),
                                     .limit = settings.run.limit};
    plan::planner planner(parts);
    const std::function<status(const plan::planned_row&)> tell = [this](const plan::planned_row& row) {
      return take(row);
    };
    auto whole = co_await planner.run(tell);
    if (!whole) co_return std::move(whole.error());
    is_limited_ = !*whole;
    reply_time_ = planner.mean_reply_time();
    // Where nothing else was read, this is what is known, connecting included.
    if (reply_time_ == duration{}) reply_time_ = answered_after;
    co_return app::exit_success;
  }

  // Whether the list of names may be wanted: what an earlier invocation has validated may have some.
  bool may_have_names() const {
    const auto& settings = s_.settings();
    if (settings.reading.names.path.empty() || pending_ == 0) return false;
    const bool condition = std::ranges::any_of(settings.conditions, [](const api::precondition& c) {
      return c.is == api::precondition::test::has_name;
    });
    const bool has_verbs = std::ranges::any_of(settings.profile.fields, [](const api::field_spec& f) {
      return f.verb == api::set_verb::add_names || f.verb == api::set_verb::remove_names;
    });
    return condition || (choice_.report() ? choice_.report()->names.any() : has_verbs);
  }

  // As the run does it: unknown and ambiguous names end the command, with their lines.
  expected<const api::name_directory*> resolve(const std::vector<std::string>& scopes,
                                               const std::optional<expected<api::name_directory>>& listed) {
    const app::name_question question{
        .input_name = choice_.input().name,
        .source = choice_.input().source,
        .report = choice_.report() ? &*choice_.report() : nullptr,
        .is_pending = [this](std::uint64_t row) { return !done_.contains(row); },
        .scopes = scopes,
        .fetch = [&]() -> expected<const api::name_directory*> {
          if (!listed)
            return failure{failure_kind::usage, "profile " + s_.settings().profile.name,
                           "does not say how to look names up", "describe it as [names]"};
          if (!*listed) return listed->error();
          return &**listed;
        }};
    return app::resolve_names(s_, question);
  }

  // Nothing finds out here how many reads pay.
  std::uint32_t at_once() const {
    const auto& run = s_.settings().run;
    return run.adaptive ? run::run_options{}.concurrency : run.concurrency;
  }

  status take(const plan::planned_row& row) {
    tally_->add(row);
    if (row.is != plan::planned::invalid) is_write_.push_back(row.is == plan::planned::write);
    switch (options_.format) {
      case app::plan_format::text:
        break;
      case app::plan_format::ndjson:
        app::append_plan_line(text_, row, s_.settings().profile);
        if (text_.size() >= write_at_bytes) flush();
        break;
    }
    s_.show_work(fmt::format("planning {}", counted(pending_, "row", "rows")), tally_->rows(), 0);
    // A row that could not be read is still to be done, and before later ones of its id.
    if (!out_ || (row.is != plan::planned::write && row.is != plan::planned::unreadable)) return {};
    std::string job;
    jobs_->append(job, row);
    return out_->append(job);
  }

  // A reader that has seen enough closes the pipe: the answer is the exit code.
  void flush() {
    if (!not_written_) not_written_ = write_all(STDOUT_FILENO, text_);
    text_.clear();
  }

  status finish_jobs() {
    if (!out_) return {};
    return out_->finish();
  }

  // The run that would follow at once: every reply as slow as those of the reads, the windows as they are.
  plan::run_forecast forecast() {
    const auto& run = s_.settings().run;
    plan::forecast_options o;
    o.writes = run.writes;
    o.reads = run.reads;
    o.concurrency = run.concurrency;
    o.read_first = s_.settings().read_first;
    o.reply_time = reply_time_;
    o.past_writes = plan::ages_of(api_.quota().writes(), client::boot_clock_now());
    o.past_reads = plan::ages_of(api_.quota().reads(), client::boot_clock_now());
    plan::run_forecast made(o);
    for (const bool write : is_write_)
      made.add(write ? plan::forecast_job::write : plan::forecast_job::settled);
    return made;
  }

  int conclude() {
    const auto made = forecast();
    plan_report r;
    r.target = s_.facts().target;
    r.key_label = api_.key_label();
    r.input_name = choice_.input().name;
    r.facts = &choice_.input().source.facts();
    r.rows = rows_;
    r.done = counts_;
    r.is_limited = is_limited_;
    r.tally = &*tally_;
    r.reads = made.reads();
    r.writes = made.writes();
    r.needed = made.needed();
    r.reply_time = reply_time_;
    r.now = wall_now();
    r.reads_sent = s_.facts().figures.reads;
    r.elapsed = elapsed_;
    r.out = options_.out;
    r.jobs_shortened = jobs_->shortened();
    say(plan_lines(r, settings_));
    for (const auto& condition : settings_.conditions)
      if (!options_.out.empty())
        s_.say().note("not in the file as a precondition: give run also " +
                      shell_flag("--only-if", api::to_string(condition)));
    s_.facts().stop_reason = "finished";
    const bool decided = tally_->of(plan::planned::missing) + tally_->of(plan::planned::refused) +
                             tally_->of(plan::planned::unreadable) + tally_->of(plan::planned::invalid) ==
                         0;
    if (!decided)
      s_.sum_up(fmt::format("{} missing, {} refused, {} unreadable, {} invalid",
                            counted(tally_->of(plan::planned::missing), "row", "rows"),
                            grouped(tally_->of(plan::planned::refused)),
                            grouped(tally_->of(plan::planned::unreadable)),
                            grouped(tally_->of(plan::planned::invalid))));
    if (not_written_ && not_written_ != std::errc::broken_pipe) {
      s_.say().error(failure{failure_kind::mend, "standard output", not_written_.message(), ""});
      return app::exit_mend;
    }
    return decided ? app::exit_success : app::exit_some_failed;
  }

  void say(const lines& all) {
    switch (options_.format) {
      case app::plan_format::text:
        for (const auto& line : all) text_ += printable_line(line);
        flush();
        break;
      case app::plan_format::ndjson:  // standard output is for the rows
        s_.print(all);
        break;
    }
  }

  app::session& s_;
  const config::settings& settings_;
  const app::plan_options& options_;
  app::ledger_choice choice_;
  app::api_session api_;
  std::uint64_t rows_ = 0, pending_ = 0;
  outcome_counts counts_;
  ledger::row_set done_, superseded_;
  std::unordered_map<std::uint64_t, ledger::intent_row> interrupted_;
  std::optional<plan::plan_tally> tally_;
  std::optional<app::job_lines> jobs_;
  std::optional<complete_output> out_;
  std::vector<bool> is_write_;  // of each job that was told, in input order: a bit each
  bool is_limited_ = false;
  duration reply_time_{}, elapsed_{};
  std::string text_;
  std::error_code not_written_;
};

}  // namespace

int plan_command(const config::raw_options& raw, const app::plan_options& options,
                 const config::environment& env, console& out) {
  // Standard input needs a ledger to lie beside; here it only names a place where there is none.
  auto given = raw;
  if (given.input == "-" && !given.ledger) given.ledger = temporary_copy();
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    app::session s(settings, host);
    s.when_interrupted("nothing was changed, and the same command starts again");
    plan_steps steps(s, settings, options);
    return s.conclude([&steps] { return steps.all(); });
  };
  return perform(given, {}, env, out, work);
}

}  // namespace pawl::cli
