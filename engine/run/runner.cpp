#include "engine/run/runner.hpp"

#include "engine/client/name_fetch.hpp"
#include "engine/client/read_client.hpp"
#include "engine/policy/run_end.hpp"
#include "engine/run/prober.hpp"
#include "engine/run/run_context.hpp"
#include "engine/run/run_watch.hpp"
#include "engine/run/snapshot_concluder.hpp"
#include "engine/run/worker.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace pawl::run {
namespace asio = boost::asio;

namespace {

// The first write waits this long for list pages at most: 1 % of what the smallest input for which there are
// any needs at a write per second. Chosen: what pages conclude in that time is not read one by one, and what
// they have not shown by then they show while the writes go on.
constexpr duration head_start = std::chrono::seconds{10};

}  // namespace

struct runner::impl {
  struct early_client;

  asio::io_context& io;
  const run_options& options;
  const api::profile& profile;
  client::progress_counters& progress;
  client::quota_file& quota;
  std::unique_ptr<http::connection_pool> pool;
  std::optional<policy::shared_budget> shared;  // unset: the classes have nothing in common
  policy::pacer writes, reads;
  policy::each_limits each;
  client::credentials keys;
  api::reply_reader reader;
  std::optional<api::name_directory> names;       // once fetch_names() has read them
  std::optional<api::resource_reader> resources;  // while run() is under way; unset: the API shows none
  policy::step_options step;
  client::jitter_source jitter;
  run_context* running = nullptr;  // while run() is under way
  std::optional<stop_kind> stop_wanted;
  std::string stop_reason;
  std::optional<time_point> drain_until;
  client::read_client* asking = nullptr;  // while identify(), fetch_names() or ask() is under way

  impl(asio::io_context& context, const run_options& o, const api::profile& p, client::quota_file& kept,
       client::token_source source, client::progress_counters& counters,
       std::unique_ptr<http::connection_pool> connections, time_point now)
      : io(context),
        options(o),
        profile(p),
        progress(counters),
        quota(kept),
        pool(std::move(connections)),
        shared(policy::shared_budget::of(o.writes, p, now)),
        writes(o.writes, quota.kept(policy::request_kind::write), now, client::by_boot_clock(now),
               share_of(policy::request_kind::write)),
        reads(o.reads, quota.kept(policy::request_kind::read), now, client::by_boot_clock(now),
              share_of(policy::request_kind::read)),
        each(o.writes.each),
        keys(p, o.transport.target, o.user_agent, std::move(source)),
        reader(p) {
    // The pacers have settled what was in flight when an earlier process died.
    if (!each.is_empty())
      for (const auto kind : {policy::request_kind::write, policy::request_kind::read})
        each.load(kind, quota.kept(kind), now, client::by_boot_clock(now));
    step.retry = o.retry;
    step.read_first = o.read_first;
    step.longest_lateness = o.transport.attempt_timeout;
    step.breaker_has_probe = !p.whoami.path.empty();
  }

  policy::pacer::share share_of(policy::request_kind kind) noexcept {
    return {shared ? &*shared : nullptr, kind};
  }
  policy::each_limits* each_or_none() noexcept { return each.is_empty() ? nullptr : &each; }
  asio::awaitable<expected<client::account_info>> identify();
  asio::awaitable<expected<const api::name_directory*>> fetch_names(const api::list_spec&);
  asio::awaitable<void> take_snapshot(run_context&, snapshot&);
};

runner::runner(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
runner::~runner() = default;

expected<std::unique_ptr<runner>> runner::create(asio::io_context& context, const run_options& options,
                                                 const api::profile& profile, client::quota_file& quota,
                                                 client::token_source source,
                                                 client::progress_counters& counters) {
  auto pool = http::connection_pool::create(context, options.transport);
  if (!pool) return pool.error();
  auto made = std::make_unique<impl>(context, options, profile, quota, std::move(source), counters,
                                     *std::move(pool), clock::now());
  if (auto loaded = made->keys.load(); !loaded) return loaded.error();
  return std::unique_ptr<runner>(new runner(std::move(made)));
}

void runner::stop(stop_kind kind, std::string reason) {
  auto& i = *impl_;
  if (i.stop_reason.empty()) i.stop_reason = std::move(reason);
  i.stop_wanted = kind;
  if (i.running != nullptr) {
    i.running->events.tell(i.stop_reason, kind == stop_kind::now ? "stopped at once" : "told to stop");
    i.running->begin_stopping();
  }
  if (i.asking != nullptr) i.asking->stop(client::read_client::stopping::waits);
  if (kind == stop_kind::now) {
    i.pool->cancel_all();
  } else if (!i.drain_until) {
    i.drain_until = clock::now() + i.options.drain_timeout;
  }
}

// A client for what is asked before the first job, with the run's pool, pacer and key.
struct runner::impl::early_client {
  client::send_line line;
  client::read_upkeep upkeep;
  client::read_client client;
  impl& owner;

  explicit early_client(impl& i)
      : line(i.io, i.reads),
        upkeep(i.io, *i.pool, line),
        client({i.io, i.profile, i.options.retry, i.options.stop, i.options.transport, *i.pool, i.reads, line,
                i.keys, i.reader, i.jitter, i.progress, &i.quota, i.each_or_none()}),
        owner(i) {
    if (i.stop_wanted) client.stop(client::read_client::stopping::waits);
    i.asking = &client;
    upkeep.start();
  }
  asio::awaitable<void> finish() {
    owner.asking = nullptr;
    return upkeep.finish();
  }
};

asio::awaitable<expected<client::account_info>> runner::identify() {
  return impl_->identify();
}

asio::awaitable<expected<client::account_info>> runner::impl::identify() {
  early_client early(*this);
  auto answer = co_await client::ask_whoami(early.client, profile, reader);
  co_await early.finish();
  co_return answer;
}

asio::awaitable<expected<const api::name_directory*>> runner::fetch_names(const api::list_spec& list) {
  return impl_->fetch_names(list);
}

asio::awaitable<expected<const api::name_directory*>> runner::impl::fetch_names(const api::list_spec& list) {
  early_client early(*this);
  auto answer = co_await client::fetch_names(early.client, list);
  co_await early.finish();
  if (!answer) co_return std::move(answer.error());
  names = *std::move(answer);
  const api::name_directory* read = &*names;
  co_return read;
}

asio::awaitable<status> runner::ask(std::function<asio::awaitable<status>(client::read_client&)> work) {
  impl::early_client early(*impl_);
  auto answer = co_await work(early.client);
  co_await early.finish();
  co_return answer;
}

asio::awaitable<void> runner::impl::take_snapshot(run_context& run, snapshot& pages) {
  co_await pages.run();
  run.pages = nullptr;
  const auto& facts = pages.facts();
  if (facts.pages == 0 && facts.failure.empty()) co_return;
  auto text = fmt::format("{} list pages read, {} rows settled", facts.pages, facts.settled);
  if (!facts.failure.empty()) text += "; the rest is read row by row: " + facts.failure;
  run.events.tell("snapshot", text);
  if (progress.on_snapshot) progress.on_snapshot(facts);
}

asio::awaitable<run_report> runner::run(input::job_source& source, ledger::ledger_file& file,
                                        std::int64_t generation, std::int64_t run_id, std::uint64_t rows,
                                        const ledger::row_set& done, snapshot_input* listed) {
  auto& i = *impl_;
  run_report report;
  const auto started = clock::now();
  i.progress.started = started;
  const auto started_in_boot = boot_now();
  i.progress.rows = rows;

  if (i.profile.reply.can_be_shown() || i.options.read_first)
    i.resources.emplace(i.profile, i.options.conditions, i.names ? &*i.names : nullptr,
                        i.options.force_unechoed, i.options.fill_empty);
  auto open = file.open_intents(generation);
  if (!open) {
    report.stop_reason = "ledger";
    report.error = open.error();
    co_return report;
  }
  const auto interrupted = by_row(*std::move(open));

  ledger::ledger_writer writer(i.io, file, generation, run_id, i.options.writer);
  run_events events(writer);
  client::send_line line(i.io, i.writes), read_line(i.io, i.reads);
  if (i.shared) client::send_line::join_lines(line, read_line);
  policy::breaker breaker(
      policy::breaker_options::of(i.options.retry.max_attempts, !i.profile.whoami.path.empty()));
  policy::stop_rules rules(i.options.stop);
  job_places places(i.options.concurrency,
                    i.options.adaptive ? job_places::kind::adaptive : job_places::kind::fixed);
  parked_jobs parked;
  job_feed feed(i.io, source, done, i.options.concurrency + parked_jobs::most, i.options.limit);
  run_context shared{
      .io = i.io,
      .options = i.options,
      .profile = i.profile,
      .pool = *i.pool,
      .writes = i.writes,
      .reads = i.reads,
      .line = line,
      .read_line = read_line,
      .keys = i.keys,
      .reader = i.reader,
      .resources = i.resources ? &*i.resources : nullptr,
      .ledger = writer,
      .events = events,
      .feed = feed,
      .places = places,
      .parked = parked,
      .rules = rules,
      .progress = i.progress,
      .jitter = i.jitter,
      .breaker = breaker,
      .interrupted = interrupted,
      .started = started_in_boot,
      .step = i.step,
      .each = i.each,
      .stopped_for = {},
      .sleeping = {},
      .held = {},
      .interval_latency = {},
      .has_succeeded = i.progress.before[outcome::applied] + i.progress.before[outcome::unchanged] > 0,
      .last_good_id = {},
      .last_trouble = {}};
  if (shared.has_succeeded) rules.has_succeeded();
  rules.progressed(started);
  i.running = &shared;
  if (i.stop_wanted) shared.begin_stopping();

  snapshot_concluder concluder(shared, rows - std::min(rows, i.progress.before.total()));
  std::optional<snapshot> pages;

  // Everything that is spawned here is counted and joined here: nothing below outlives this scope.
  bool workers_done = false;
  const auto stop_all = [&shared, &i] {
    shared.begin_stopping();
    i.pool->cancel_all();
  };
  async::task_group at_work(i.io, stop_all), helpers(i.io, stop_all);
  std::vector<std::unique_ptr<worker>> workers;
  workers.reserve(i.options.concurrency);
  for (std::uint32_t k = 0; k < i.options.concurrency; ++k)
    workers.push_back(std::make_unique<worker>(shared));
  helpers.start(line.run());
  helpers.start(read_line.run());
  const client::read_client::parts parts{
      i.io,      i.profile, i.options.retry, i.options.stop, i.options.transport, *i.pool,  i.reads,
      read_line, i.keys,    i.reader,        i.jitter,       i.progress,          &i.quota, i.each_or_none()};
  client::read_client asking(parts);
  prober probes(shared, asking);
  run_watch watch(shared, i.quota, probes, i.drain_until);
  helpers.start(probes.run(workers_done));
  helpers.start(watch.run(workers_done));
  if (listed != nullptr && i.resources && !shared.stopping) {
    pages.emplace(parts, *i.resources, *listed, concluder);
    shared.pages = &*pages;
    helpers.start(i.take_snapshot(shared, *pages));
    while (shared.pages != nullptr && !shared.stopping && clock::now() - started < head_start)
      co_await helpers.change(std::min(started + head_start, clock::now() + run_watch::tick));
  }
  shared.workers_begun = true;
  for (auto& w : workers) at_work.start(w->run());
  co_await at_work.wait();
  workers_done = true;
  line.cancel_all();
  asking.stop(client::read_client::stopping::now);
  if (pages) pages->stop(client::read_client::stopping::now);
  probes.end();
  co_await helpers.wait();
  workers.clear();

  if (feed.error()) shared.order_stop({"input_changed", *feed.error(), {}});
  if (shared.stopped_for) events.tell("stop", to_string(shared.stopped_for->why));
  const auto drained = co_await writer.drain();
  if (!drained) shared.order_stop({"ledger", drained.error(), {}});
  i.running = nullptr;
  helpers.rethrow();
  at_work.rethrow();

  report.counts = writer.committed();
  report.figures = i.progress.figures;
  report.elapsed = clock::now() - started;
  policy::run_end_facts facts;
  facts.ordered = shared.stopped_for;
  if (i.stop_wanted) facts.asked_to_stop = i.stop_reason;
  facts.reached_limit = feed.limited();
  facts.rows = rows;
  facts.rows_with_outcome = i.progress.before.total() + report.counts.total();
  facts.ledger = file.path();
  auto end = policy::how_it_ended(facts);
  report.finished = end.finished;
  report.stop_reason = std::move(end.reason);
  report.error = std::move(end.why);
  if (end.resume_at) report.resume_at = time_of_day_at(*end.resume_at, clock::now(), wall_now());
  co_return report;
}

}  // namespace pawl::run
