#include "engine/app/plan.hpp"

#include "engine/api/resource_reader.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/forecast_terms.hpp"
#include "engine/app/ledger_choice.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/match_resolution.hpp"
#include "engine/app/name_resolution.hpp"
#include "engine/app/open_input.hpp"
#include "engine/app/pending_rows.hpp"
#include "engine/app/retried_rows.hpp"
#include "engine/app/rows/plan_rows.hpp"
#include "engine/app/session.hpp"
#include "engine/client/name_fetch.hpp"
#include "engine/client/quota_file.hpp"
#include "engine/input/spool.hpp"
#include "engine/ledger/scratch/planned_values.hpp"
#include "engine/model/option.hpp"
#include "engine/plan/plan_judge.hpp"
#include "engine/plan/plan_tally.hpp"
#include "engine/plan/planner.hpp"
#include "engine/plan/run_forecast.hpp"
#include "engine/policy/each_limits.hpp"
#include "engine/policy/id_hash.hpp"
#include "engine/run/batch_rows.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/complete_output.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

namespace asio = boost::asio;

class plan_steps {
 public:
  plan_steps(session& s, const plan_options& o, sink rows, const plan_answer& answer)
      : s_(s),
        options_(o),
        answer_(answer),
        choice_(s, ledger::access::read_only, input::temporary_copy("plan")),
        rows_(s, choice_),
        api_(s),
        text_(std::move(rows)) {}

  expected<int> all() {
    if (auto done = prepare(); !done) return done.error();
    if (auto done = choice_.decide(); !done) return done.error();
    if (choice_.decision() != ledger::run_decision::already_finished)
      if (auto done = choice_.validate(); !done) return done.error();
    if (choice_.report() && choice_.report()->rows == 0) return tell_nothing_to_do(s_, choice_.input());
    if (auto done = rows_.find(); !done) return done.error();
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
    text_.flush();
    if (auto done = finish_jobs(); !done) return done.error();
    return conclude();
  }

 private:
  status prepare() { return choice_.load(); }

  asio::awaitable<expected<int>> plan() {
    const auto& settings = s_.settings();
    auto who = co_await api_.identify();
    if (!who) co_return std::move(who.error());
    if (rows_.done_before()[outcome::applied] + rows_.done_before()[outcome::unchanged] > 0)
      api_.client().has_succeeded();
    if (auto refused = refuse_account(choice_.target(), {}, who->account, settings.ledger_path))
      co_return *std::move(refused);
    std::optional<expected<api::name_directory>> listed;
    if (may_have_names()) {
      auto got = co_await client::fetch_names(api_.client(), settings.reading.names);
      listed.emplace(std::move(got));
    }
    auto names = resolve(who->scopes, listed);
    if (!names) co_return std::move(names.error());
    const auto reads_before = api_.progress().figures.reads;
    match_resolution matches(s_, choice_, api_.io(),
                             {rows_.done(), rows_.pending(), settings.run.at_once(), {}});
    auto matched = co_await matches.look_up(api_.client());
    if (!matched) co_return std::move(matched.error());
    looked_up_ = api_.progress().figures.reads - reads_before;
    auto scratch = ledger::planned_values::create(settings.profile.reply.ids);
    if (!scratch) co_return std::move(scratch.error());
    std::optional<api::resource_reader> resources;
    if (settings.read_first)
      resources.emplace(settings.profile, settings.conditions, *names, settings.run.force_unechoed,
                        settings.run.fill_empty);
    plan::plan_judge judge(settings.profile, resources ? &*resources : nullptr, *std::move(scratch),
                           rows_.take_interrupted());
    const plan::planner::parts parts{.io = api_.io(),
                                     .client = api_.client(),
                                     .profile = settings.profile,
                                     .retry = settings.run.retry,
                                     .source = choice_.input().source,
                                     .done = rows_.done(),
                                     .judge = judge,
                                     .reads = settings.read_first,
                                     .concurrency = settings.run.at_once(),
                                     .limit = settings.run.limit};
    plan::planner planner(parts);
    const std::function<status(const plan::planned_row&)> tell = [this](const plan::planned_row& row) {
      return take(row);
    };
    auto whole = co_await planner.run(tell);
    if (!whole) co_return std::move(whole.error());
    is_limited_ = !*whole;
    reply_time_ = planner.mean_reply_time();
    // If nothing else was read, this is the only known time.
    if (reply_time_ == duration{}) reply_time_ = who->latency;
    co_return exit_success;
  }

  // Whether the list of names may be needed: rows that an earlier invocation has validated may have names.
  bool may_have_names() const {
    const auto& settings = s_.settings();
    if (settings.reading.names.path.empty() || rows_.pending() == 0) return false;
    const bool condition = std::ranges::any_of(settings.conditions, [](const api::precondition& c) {
      return c.is == api::precondition::test::has_name;
    });
    return condition || choice_.may_have_names();
  }

  // Resolves as the run does: unknown and ambiguous names end the command, with their lines.
  expected<const api::name_directory*> resolve(const std::vector<std::string>& scopes,
                                               const std::optional<expected<api::name_directory>>& listed) {
    const auto fetch = [&]() -> expected<const api::name_directory*> {
      if (!listed)
        return failure{failure_kind::usage, "profile " + s_.settings().profile.name,
                       "does not say how to look names up", "describe it as [names]"};
      if (!*listed) return listed->error();
      return &**listed;
    };
    return resolve_names(s_, choice_, {rows_.names(), rows_.done(), scopes, fetch});
  }

  status take(const plan::planned_row& row) {
    tally_->add(row);
    if (row.is != plan::planned::invalid) {
      is_write_.push_back(row.is == plan::planned::write);
      if (!is_alone_.empty() || !row.job.replay_safe) {
        is_alone_.resize(is_write_.size() - 1, false);
        is_alone_.push_back(!run::may_be_written_with_others(row.job));
      }
      if (has_each()) ids_.push_back(policy::hash_of_id(row.id));
    }
    switch (options_.format) {
      case plan_format::text:
        break;
      case plan_format::ndjson:
        append_plan_line(text_.text(), row, s_.settings().profile);
        text_.flush_when_full();
        break;
    }
    s_.show_work(fmt::format("planning {}", counted(rows_.pending(), "row", "rows")), tally_->rows(), 0);
    // A row that could not be read is still a job, and must stand before later rows of its id.
    if (!out_ || (row.is != plan::planned::write && row.is != plan::planned::unreadable)) return {};
    std::string job;
    jobs_->append(job, row);
    return out_->append(job);
  }

  status finish_jobs() {
    if (!out_) return {};
    return out_->finish();
  }

  bool has_each() const { return !s_.settings().run.writes.each.empty(); }

  // Forecasts a run that starts now: its replies take as long as those of the reads, and the windows are as
  // they are.
  plan::run_forecast forecast(bool read_first) {
    const auto& run = s_.settings().run;
    auto o = forecast_terms(s_.settings().profile, run, read_first);
    o.reply_time = reply_time_;
    o.looked_up = looked_up_;
    o.past_writes = plan::ages_of(api_.quota().kept(policy::request_kind::write), client::boot_clock_now());
    o.past_reads = plan::ages_of(api_.quota().kept(policy::request_kind::read), client::boot_clock_now());
    if (has_each()) {
      o.now = clock::now();
      o.each.emplace(run.writes.each);
      for (const auto kind : {policy::request_kind::write, policy::request_kind::read})
        o.each->load(kind, api_.quota().kept(kind), o.now, client::by_boot_clock(o.now));
    }
    plan::run_forecast made(o);
    // Which rows need no write is known only by the reads of the plan.
    const bool knows = s_.settings().read_first && read_first;
    const auto job_of = [&](std::size_t i) {
      if (!is_write_[i] && knows) return plan::forecast_job::settled;
      const bool is_alone = i < is_alone_.size() && is_alone_[i];
      return is_alone ? plan::forecast_job::write_alone : plan::forecast_job::write;
    };
    for (std::size_t i = 0; i < is_write_.size(); ++i)
      made.add(job_of(i), ids_.empty() ? policy::kept_quota::no_id : ids_[i]);
    made.finish();
    return made;
  }

  int conclude() {
    const bool reads = s_.settings().read_first;
    const auto made = forecast(reads);
    plan_report r;
    r.target = s_.facts().target;
    r.key_label = api_.key_label();
    r.input_name = choice_.input().name;
    r.facts = &choice_.input().source.facts();
    r.rows = rows_.rows();
    r.done = rows_.done_before();
    r.is_limited = is_limited_;
    r.tally = &*tally_;
    r.profile = &s_.settings().profile;
    r.reads = made.reads();
    r.writes = made.writes();
    r.needed = made.needed();
    if (s_.settings().read_first_where_free) {
      const auto other = forecast(!reads);
      r.other_way = {other.reads(), other.writes(), other.needed()};
    }
    r.looked_up = looked_up_;
    r.reply_time = reply_time_;
    r.now = wall_now();
    r.reads_sent = s_.facts().figures.reads;
    r.elapsed = elapsed_;
    r.out = options_.out;
    r.jobs_shortened = jobs_->shortened();
    const auto answered = answer_(r);
    for (const auto& field : s_.settings().fill_empty)
      if (!options_.out.empty())
        s_.say().note("what stands in the file is written wherever it is run: give run also " +
                      to_string(option::fill_empty, field));
    for (const auto& condition : s_.settings().conditions)
      if (!options_.out.empty())
        s_.say().note("not in the file as a precondition: give run also " +
                      to_string(option::only_if, api::to_string(condition)));
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
    for (const auto& said : {text_.written(), answered})
      if (!said) {
        s_.error(said.error());
        return exit_mend;
      }
    return decided ? exit_success : exit_some_failed;
  }

  session& s_;
  const plan_options& options_;
  const plan_answer& answer_;
  ledger_choice choice_;
  pending_rows rows_;
  api_session api_;
  std::optional<plan::plan_tally> tally_;
  std::optional<job_lines> jobs_;
  std::optional<complete_output> out_;
  std::vector<bool> is_write_;      // a bit for each job that was told, in input order
  std::vector<bool> is_alone_;      // likewise, as far as there are jobs that must not be sent twice
  std::vector<std::uint64_t> ids_;  // their hashes, where a resource has limits of its own
  bool is_limited_ = false;
  duration reply_time_{}, elapsed_{};
  std::uint64_t looked_up_ = 0;  // reads
  output text_;                  // rows
};

}  // namespace

result plan(const options& o, const plan_options& of_plan, const host& h, sink rows,
            const plan_answer& answer) {
  session s(o, h);
  s.when_interrupted("nothing was changed, and the same command starts again");
  plan_steps steps(s, of_plan, std::move(rows), answer);
  return s.conclude([&steps] { return steps.all(); });
}

}  // namespace pawl::app
