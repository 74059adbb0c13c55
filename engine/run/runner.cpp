#include "engine/run/runner.hpp"

#include "engine/client/name_fetch.hpp"
#include "engine/client/read_client.hpp"
#include "engine/run/run_context.hpp"
#include "engine/run/run_sampler.hpp"
#include "engine/run/snapshot_settler.hpp"
#include "engine/run/worker.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <vector>

namespace pawl::run {
namespace asio = boost::asio;

namespace {

constexpr duration tick = std::chrono::milliseconds{50};  // deadlines are this coarse; chosen
// The first write waits this long for list pages at most: 1 % of what the smallest input for which there are
// any needs at a write per second. Chosen: what pages settle in that time is not read one by one, and what
// they have not shown by then they show while the writes go on.
constexpr duration head_start = std::chrono::seconds{10};

wall_time on_the_wall(time_point t, time_point now) {
  return wall_now() + std::chrono::duration_cast<std::chrono::microseconds>(t - now);
}

std::optional<policy::asked_pause> later_of(const std::optional<policy::asked_pause>& a,
                                            const std::optional<policy::asked_pause>& b) {
  if (!a || !b) return a ? a : b;
  return a->until >= b->until ? a : b;
}

// Failures in a row that open the breaker (documented), and never more than one job has attempts: alone it
// must not use them up before the breaker has asked whether the API is there.
policy::breaker_options breaker_options_of(const run_options& options, const api::profile& profile) {
  policy::breaker_options made;
  made.threshold = std::min(made.threshold, options.retry.max_attempts);
  made.has_probe = !profile.whoami.path.empty();
  return made;
}

}  // namespace

struct runner::impl {
  struct early_client;

  asio::io_context& io;
  const run_options& options;
  const api::profile& profile;
  client::progress_counters& progress;
  client::quota_file& quota;
  std::unique_ptr<http::connection_pool> pool;
  policy::pacer writes, reads;
  client::credentials keys;
  api::reply_reader reader;
  std::optional<api::name_directory> names;       // once fetch_names() has read them
  std::optional<api::resource_reader> resources;  // while run() is under way; unset: the API shows none
  policy::step_options step;
  client::jitter_source jitter;
  std::unique_ptr<client::wakeup> probe_alarm;  // while run() is under way
  time_point next_proof{};                      // likewise: not before this
  run_context* running = nullptr;               // while run() is under way
  std::optional<stop_kind> stop_wanted;
  std::string stop_reason;
  std::optional<time_point> drain_until;
  client::read_client* asking = nullptr;  // while identify() or fetch_names() is under way

  impl(asio::io_context& context, const run_options& o, const api::profile& p, client::quota_file& kept,
       client::token_source source, client::progress_counters& counters,
       std::unique_ptr<http::connection_pool> connections, time_point now)
      : io(context),
        options(o),
        profile(p),
        progress(counters),
        quota(kept),
        pool(std::move(connections)),
        writes(o.writes, quota.writes(), now, client::boot_clock_now()),
        reads(o.reads, quota.reads(), now, client::boot_clock_now()),
        keys(p, o.transport.target, o.user_agent, std::move(source)),
        reader(p) {
    step.retry = o.retry;
    step.read_first = o.read_first;
    step.longest_lateness = o.transport.attempt_timeout;
    step.breaker_has_probe = !p.whoami.path.empty();
  }

  asio::awaitable<expected<client::account_info>> identify();
  asio::awaitable<expected<const api::name_directory*>> fetch_names(const api::list_spec&);
  asio::awaitable<void> watch(run_context&, const bool& done);
  asio::awaitable<void> probe(run_context&, client::read_client&, const bool& done);
  asio::awaitable<void> take_snapshot(run_context&, snapshot&);
  void describe_wait(run_context&, time_point now);
  void tell_contradictions();
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
                i.keys, i.reader, i.jitter, i.progress, &i.quota}),
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

void runner::impl::describe_wait(run_context& run, time_point now) {
  progress.waiting = static_cast<std::uint32_t>(writes.waiting());
  progress.next_due = writes.next_due(now);
  progress.waits_for.clear();
  progress.waits_until.reset();
  const auto pause = later_of(writes.pause(now), reads.pause(now));
  if (run.breaker.is() == policy::breaker::state::open) {
    progress.waits_for = "the API to come back";
    progress.waits_until = run.breaker.next_probe();
  } else if (pause) {
    progress.waits_for = policy::pause_in_words(*pause, profile.headers);
    progress.waits_until = pause->until;
  } else if (run.rules.trouble_since() && now - *run.rules.trouble_since() > std::chrono::seconds{1}) {
    progress.waits_for = "the API to come back";
  } else if (run.pages != nullptr && !run.workers_begun) {
    progress.waits_for = fmt::format("list pages ({} read, {} rows settled)", run.pages->facts().pages,
                                     run.pages->facts().settled);
  } else if (progress.in_flight == 0 && progress.next_due &&
             *progress.next_due - now > std::chrono::milliseconds{500}) {
    progress.waits_for = "quota";
    progress.waits_until = progress.next_due;
  }
}

void runner::impl::tell_contradictions() {
  using request_class = client::progress_counters::request_class;
  if (!progress.on_contradiction) return;
  if (const auto found = writes.take_contradiction())
    progress.on_contradiction(request_class::writes, found->configured, found->said);
  if (const auto found = reads.take_contradiction())
    progress.on_contradiction(request_class::reads, found->configured, found->said);
}

// The clock of a run: deadlines, the rules that stop it, samples and events.
asio::awaitable<void> runner::impl::watch(run_context& run, const bool& done) {
  client::wakeup alarm(io);
  run_sampler samples(run, clock::now());
  while (!done) {
    const auto now = clock::now();
    pool->sweep(now);
    if (!run.ledger.health()) {
      run.order_stop({"ledger", run.ledger.health().error(), {}});
      pool->cancel_all();
    }
    if (auto kept = quota.keep_file(now); !kept) run.order_stop({"quota_file", kept.error(), {}});
    const auto pause = later_of(writes.pause(now), reads.pause(now));
    if (const auto due = run.breaker.next_probe(); due && *due <= now) probe_alarm->wake();
    if (now >= std::max(run.parked.proof_wanted_at(), next_proof)) probe_alarm->wake();
    if (writes.waiting() > 0 && writes.next_due(now) && *writes.next_due(now) > now)
      run.rules.waits_for_quota(now);
    if (!run.stopping)
      if (auto order = run.rules.check(now, pause, profile)) {
        const bool is_trouble = order->reason == "outage" || order->reason == "throttled";
        if (is_trouble && !run.last_trouble.empty())
          order->why.what += "; the last answer: " + run.last_trouble;
        run.order_stop(*std::move(order));
      }
    describe_wait(run, now);
    tell_contradictions();
    progress.at_once = run.places.found().value_or(0);

    progress.foreign_use = progress.foreign_use || writes.phantoms() > 0;
    run.events.observe({progress.figures.throttled, pause ? std::optional{pause->until} : std::nullopt,
                        run.rules.trouble_since(), run.breaker.opened_at(), progress.foreign_use},
                       now);

    samples.tick(now);
    if (run.stopping && !drain_until) drain_until = now + options.drain_timeout;
    if (drain_until && now >= *drain_until) pool->cancel_all();
    co_await alarm.sleep(now + tick);
  }
  samples.finish(clock::now());
}

// Asks whether the API is back while the breaker is open, and whether it is there where somebody else
// answered for it.
asio::awaitable<void> runner::impl::probe(run_context& run, client::read_client& client, const bool& done) {
  std::uint32_t failures = 0;  // of proofs, in a row
  std::string request;
  while (!done) {
    co_await probe_alarm->sleep();
    if (done || run.stopping) continue;
    const bool for_breaker = run.breaker.next_probe() && run.breaker.has_probe();
    if (run.breaker.next_probe()) run.breaker.begin_probe();
    if (!for_breaker) run.release_held();
    const bool for_proof = clock::now() >= std::max(run.parked.proof_wanted_at(), next_proof);
    if (!for_breaker && !for_proof) continue;
    if (run.breaker.has_probe())
      request = profile.whoami.path;
    else if (!run.last_good_id.empty())
      request = api::resource_path(profile, run.last_good_id);
    std::optional<time_point> proven;
    if (!request.empty()) {
      const auto answer = co_await client.probe(request, run.last_trouble);
      proven = answer.proven;
      if (for_breaker) run.breaker.on_probe(answer.is_alive, clock::now());
    }
    failures = proven ? 0 : failures + 1;
    next_proof = clock::now();
    if (proven)
      run.proven(*proven);
    else
      next_proof += policy::backoff(options.retry, failures, true, 1);
    run.release_held();
  }
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

  if (i.profile.reply.echoes_resource || i.options.read_first)
    i.resources.emplace(i.profile, i.options.conditions, i.names ? &*i.names : nullptr,
                        i.options.force_unechoed);
  left_intents interrupted;
  auto open = file.open_intents(generation);
  if (!open) {
    report.stop_reason = "ledger";
    report.error = open.error();
    co_return report;
  }
  for (auto& intent : *open) interrupted.insert_or_assign(intent.row, std::move(intent));

  ledger::ledger_writer writer(i.io, file, generation, run_id, i.options.writer);
  run_events events(writer);
  client::send_line line(i.io, i.writes), read_line(i.io, i.reads);
  policy::breaker breaker(breaker_options_of(i.options, i.profile));
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

  snapshot_settler settler(shared, rows - std::min(rows, i.progress.before.total()));
  std::optional<snapshot> pages;

  // Everything that is spawned here is counted and joined here: nothing below outlives this scope.
  std::size_t workers_alive = i.options.concurrency, helpers_alive = 4;
  bool workers_done = false;
  std::exception_ptr broken;
  client::wakeup joined(i.io);
  const auto count_down = [&](std::size_t& alive, const std::exception_ptr& error) {
    if (error && !broken) {
      broken = error;
      shared.begin_stopping();
      i.pool->cancel_all();
    }
    --alive;
    joined.wake();
  };
  const auto worker_ended = [&](const std::exception_ptr& e) { count_down(workers_alive, e); };
  const auto helper_ended = [&](const std::exception_ptr& e) { count_down(helpers_alive, e); };
  std::vector<std::unique_ptr<worker>> workers;
  workers.reserve(i.options.concurrency);
  for (std::uint32_t k = 0; k < i.options.concurrency; ++k)
    workers.push_back(std::make_unique<worker>(shared));
  asio::co_spawn(i.io, line.run(), helper_ended);
  asio::co_spawn(i.io, read_line.run(), helper_ended);
  const client::read_client::parts parts{
      i.io,      i.profile, i.options.retry, i.options.stop, i.options.transport, *i.pool, i.reads,
      read_line, i.keys,    i.reader,        i.jitter,       i.progress,          &i.quota};
  client::read_client prober(parts);
  i.probe_alarm = std::make_unique<client::wakeup>(i.io);
  asio::co_spawn(i.io, i.probe(shared, prober, workers_done), helper_ended);
  asio::co_spawn(i.io, i.watch(shared, workers_done), helper_ended);
  if (listed != nullptr && i.resources && !shared.stopping) {
    pages.emplace(parts, *i.resources, *listed, settler);
    shared.pages = &*pages;
    ++helpers_alive;
    asio::co_spawn(i.io, i.take_snapshot(shared, *pages), helper_ended);
    while (shared.pages != nullptr && !shared.stopping && !broken && clock::now() - started < head_start)
      co_await joined.sleep(std::min(started + head_start, clock::now() + tick));
  }
  shared.workers_begun = true;
  for (auto& w : workers) asio::co_spawn(i.io, w->run(), worker_ended);
  while (workers_alive > 0) co_await joined.sleep();
  workers_done = true;
  line.cancel_all();
  prober.stop(client::read_client::stopping::now);
  if (pages) pages->stop(client::read_client::stopping::now);
  i.probe_alarm->wake();
  while (helpers_alive > 0) co_await joined.sleep();
  workers.clear();

  if (feed.error()) shared.order_stop({"input_changed", *feed.error(), {}});
  if (shared.stopped_for) events.tell("stop", to_string(shared.stopped_for->why));
  const auto drained = co_await writer.drain();
  if (!drained) shared.order_stop({"ledger", drained.error(), {}});
  i.running = nullptr;
  if (broken) std::rethrow_exception(broken);

  report.counts = writer.committed();
  report.figures = i.progress.figures;
  report.elapsed = clock::now() - started;
  report.finished = i.progress.before.total() + report.counts.total() == rows;
  if (shared.stopped_for) {
    report.stop_reason = shared.stopped_for->reason;
    report.error = shared.stopped_for->why;
    if (shared.stopped_for->resume_at)
      report.resume_at = on_the_wall(*shared.stopped_for->resume_at, clock::now());
  } else if (report.finished) {
    report.stop_reason = "finished";
  } else if (i.stop_wanted) {
    report.stop_reason = i.stop_reason;
  } else if (feed.limited()) {
    report.stop_reason = "limit";
  } else {
    // Rows = outcomes + pending must hold; a row that got lost between the rooms is a bug, and is said to be
    // one.
    report.stop_reason = "lost_rows";
    report.error = failure{
        failure_kind::mend, file.path(),
        fmt::format("{} rows have no outcome although the input was read to its end",
                    rows - i.progress.before.total() - report.counts.total()),
        "this is a bug in pawl: keep the ledger and report it; the same command tries these rows again"};
  }
  co_return report;
}

}  // namespace pawl::run
