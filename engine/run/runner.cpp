#include "engine/run/runner.hpp"

#include "engine/policy/rate_headers.hpp"
#include "engine/run/run_context.hpp"
#include "engine/run/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <exception>
#include <memory>
#include <vector>

namespace pawl::run {
namespace asio = boost::asio;

namespace {

constexpr duration tick = std::chrono::milliseconds{50};     // deadlines are this coarse; chosen
constexpr duration sample_every = std::chrono::seconds{10};  // documented with the ledger's schema

wall_time wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

wall_time on_the_wall(time_point t, time_point now) {
  return wall_now() + std::chrono::duration_cast<std::chrono::microseconds>(t - now);
}

}  // namespace

void run_context::order_stop(policy::stop_order order) {
  if (!stopped_for) stopped_for = std::move(order);
  begin_stopping();
}

void run_context::begin_stopping() {
  if (stopping) return;
  stopping = true;
  feed.close();
  line.cancel_all();
  for (auto* alarm : sleeping) alarm->wake();
}

struct runner::impl {
  asio::io_context& io;
  const run_options& options;
  const api::profile& profile;
  progress_counters& progress;
  std::unique_ptr<http::connection_pool> pool;
  policy::pacer writes, reads;
  credentials keys;
  api::reply_reader reader;
  jitter_source jitter;
  run_context* running = nullptr;  // while run() is under way
  std::optional<stop_kind> stop_wanted;
  std::string stop_reason;
  std::optional<time_point> drain_until;
  std::unique_ptr<wakeup> identify_alarm;

  impl(asio::io_context& context, const run_options& o, const api::profile& p, key_state& quota,
       token_source source, progress_counters& counters, std::unique_ptr<http::connection_pool> connections,
       time_point now)
      : io(context),
        options(o),
        profile(p),
        progress(counters),
        pool(std::move(connections)),
        writes(o.writes, quota.writes(), now, boot_clock_now()),
        reads(o.reads, quota.reads(), now, boot_clock_now()),
        keys(p, o.transport.target, o.user_agent, std::move(source)),
        reader(p) {}

  asio::awaitable<expected<account_info>> identify();
  asio::awaitable<void> sweep_until(const bool& done);
  asio::awaitable<void> watch(run_context&, const bool& done);
  asio::awaitable<status> send_read(const std::string& request, attempt_fact& fact, http::lease& connection,
                                    std::string& detail);
  void take_sample(run_context&, time_point now, std::uint64_t& writes_before, time_point& since);
  void describe_wait(run_context&, time_point now);
};

runner::runner(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
runner::~runner() = default;

expected<std::unique_ptr<runner>> runner::create(asio::io_context& context, const run_options& options,
                                                 const api::profile& profile, key_state& quota,
                                                 token_source source, progress_counters& counters) {
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
  if (i.identify_alarm) i.identify_alarm->wake();
  if (kind == stop_kind::now) {
    i.pool->cancel_all();
  } else if (!i.drain_until) {
    i.drain_until = clock::now() + i.options.drain_timeout;
  }
}

asio::awaitable<expected<account_info>> runner::identify() {
  return impl_->identify();
}

// One GET, with its place in the line of reads; the fact's views live in `connection` and `detail`.
asio::awaitable<status> runner::impl::send_read(const std::string& request, attempt_fact& fact,
                                                http::lease& connection, std::string& detail) {
  const auto ticket = reads.join(clock::now());
  for (;;) {
    if (stop_wanted) {
      reads.leave(ticket);
      co_return failure{failure_kind::later, "", "interrupted before the first request",
                        "run the same command again"};
    }
    auto got = co_await pool->acquire(http::freshness::any);
    if (!got.connection) {
      reads.leave(ticket);
      detail = got.fact.detail;
      fact = got.fact;
      fact.detail = detail;
      co_return status{};
    }
    auto asked = reads.acquire(ticket, clock::now());
    if (const auto* later = std::get_if<time_point>(&asked)) {
      got.connection = {};
      if (*later - clock::now() > options.stop.max_wait) {
        reads.leave(ticket);
        co_return failure{failure_kind::later, "", "the API asks for a pause longer than limits.max_wait",
                          "run the same command again later"};
      }
      co_await identify_alarm->sleep(*later);
      continue;
    }
    const auto slot = std::get<policy::pacer::slot>(asked);
    connection = std::move(got.connection);
    const auto now = clock::now();
    reads.sent(slot, now);
    ++progress.reads;
    fact = co_await connection.exchange(request, now + options.transport.attempt_timeout);
    std::optional<policy::rate_facts> facts;
    if (fact.reached == phase::answered) {
      facts = policy::read_rate_headers(profile.headers, fact.headers, wall_now());
      facts->throttled = fact.status == 429;
    }
    reads.closed(slot, clock::now(), facts, jitter());
    co_return status{};
  }
}

asio::awaitable<void> runner::impl::sweep_until(const bool& done) {
  wakeup alarm(io);
  while (!done) {
    pool->sweep(clock::now());
    co_await alarm.sleep(clock::now() + tick);
  }
}

asio::awaitable<expected<account_info>> runner::impl::identify() {
  if (profile.whoami.path.empty()) co_return account_info{};
  identify_alarm = std::make_unique<wakeup>(io);
  // Joined below: the flag ends it within one tick.
  bool swept = false, sweeper_done = false;
  wakeup joined(io);
  const auto on_swept = [&](const std::exception_ptr&) {
    sweeper_done = true;
    joined.wake();
  };
  asio::co_spawn(io, sweep_until(swept), on_swept);

  std::string request, detail;
  std::optional<expected<account_info>> answer;
  policy::stop_rules rules(options.stop);
  std::uint32_t failures = 0;
  while (!answer) {
    keys.writer().write_get(request, profile.whoami.path);
    const auto version = keys.version();
    http::lease connection;
    attempt_fact fact;
    auto sent = co_await send_read(request, fact, connection, detail);
    if (!sent) {
      answer = sent.error();
      break;
    }
    const auto error = fact.status >= 300 ? reader.read_error(fact.body) : api::error_view{};
    auto judged = policy::judge(profile, fact, error.code, true);
    const auto now = clock::now();
    rules.on_attempt(judged, now);
    if (judged.is == api::verdict::ok) {
      auto who = reader.read_identity(fact.body);
      if (who.readable) {
        answer = account_info{std::move(who.account), std::move(who.scopes)};
        break;
      }
      judged.is = api::verdict::maybe;
      if (++failures >= options.retry.max_attempts)
        answer = failure{failure_kind::mend, options.transport.target.url() + profile.whoami.path,
                         "the reply does not say whose key this is",
                         "check api.base_url and the profile's whoami"};
    } else if (judged.is == api::verdict::stop || judged.is == api::verdict::refused) {
      if (fact.status == 401 && keys.renew(version)) continue;
      std::string what = fact.status == 0 ? fmt::format("{}: {}", to_string(fact.fault), fact.detail)
                                          : fmt::format("the API answered {} {}: {}", fact.status, error.code,
                                                        error.message);
      answer = failure{failure_kind::mend, options.transport.target.url() + profile.whoami.path,
                       std::move(what), std::string(judged.remedy)};
    } else if (auto order = rules.check(now, reads.gated_until(now), profile)) {
      auto why = std::move(order->why);
      if (fact.status == 0)
        why.what += fmt::format("; the last one: {}: {}", to_string(fact.fault), fact.detail);
      answer = std::move(why);
    } else if (judged.is != api::verdict::throttled) {
      ++failures;
      progress.waits_for = "the API to come back";
      co_await identify_alarm->sleep(now +
                                     policy::backoff(options.retry, failures, fact.status >= 500, jitter()));
    }
    if (stop_wanted && !answer)
      answer = failure{failure_kind::later, "", "interrupted before the first write",
                       "run the same command again"};
  }
  progress.waits_for.clear();
  swept = true;
  while (!sweeper_done) co_await joined.sleep(clock::now() + tick);
  identify_alarm.reset();
  co_return *std::move(answer);
}

void runner::impl::describe_wait(run_context& run, time_point now) {
  progress.waiting = static_cast<std::uint32_t>(writes.waiting());
  progress.next_due = writes.next_due(now);
  progress.waits_for.clear();
  progress.waits_until.reset();
  const auto gate = writes.gated_until(now);
  if (gate && *gate > now) {
    progress.waits_for = "the pause that the API asked for";
    progress.waits_until = gate;
  } else if (run.rules.trouble_since() && now - *run.rules.trouble_since() > std::chrono::seconds{1}) {
    progress.waits_for = "the API to come back";
  } else if (progress.in_flight == 0 && progress.next_due &&
             *progress.next_due - now > std::chrono::milliseconds{500}) {
    progress.waits_for = "quota";
    progress.waits_until = progress.next_due;
  }
}

void runner::impl::take_sample(run_context& run, time_point now, std::uint64_t& writes_before,
                               time_point& since) {
  ledger::sample_record sample;
  sample.at = wall_now();
  sample.counts = progress.before;
  for (std::size_t k = 0; k < outcome_count; ++k) sample.counts.of[k] += progress.now.of[k];
  sample.reads = progress.reads;
  sample.writes = progress.writes;
  sample.retries = progress.retries;
  sample.throttled = progress.throttled;
  sample.in_flight = progress.in_flight;
  const auto seconds = std::chrono::duration<double>(now - since).count();
  sample.rate = seconds > 0 ? static_cast<double>(progress.writes - writes_before) / seconds : 0;
  sample.latency_p50_us = run.interval_latency.quantile(0.5);
  sample.latency_p95_us = run.interval_latency.quantile(0.95);
  sample.latency_max_us = run.interval_latency.max();
  sample.waits_for = progress.waits_for;
  run.ledger.put(sample);
  run.interval_latency.clear();
  writes_before = progress.writes;
  since = now;
}

// The clock of a run: deadlines, the rules that stop it, samples and events.
asio::awaitable<void> runner::impl::watch(run_context& run, const bool& done) {
  wakeup alarm(io);
  auto sampled = clock::now();
  auto writes_before = progress.writes;
  while (!done) {
    const auto now = clock::now();
    pool->sweep(now);
    if (!run.ledger.health()) {
      run.order_stop({"ledger", run.ledger.health().error(), {}});
      pool->cancel_all();
    }
    const auto gate = writes.gated_until(now);
    if (!run.stopping)
      if (auto order = run.rules.check(now, gate, profile)) run.order_stop(*std::move(order));
    describe_wait(run, now);

    progress.foreign_use = progress.foreign_use || writes.phantoms() > 0;
    run.events.observe({progress.throttled, gate, run.rules.trouble_since(), progress.foreign_use}, now);

    if (now - sampled >= sample_every) take_sample(run, now, writes_before, sampled);
    if (run.stopping && !drain_until) drain_until = now + options.drain_timeout;
    if (drain_until && now >= *drain_until) pool->cancel_all();
    co_await alarm.sleep(now + tick);
  }
  if (progress.writes != writes_before) take_sample(run, clock::now(), writes_before, sampled);
}

asio::awaitable<run_report> runner::run(input::job_source& source, ledger::ledger_file& file,
                                        std::int64_t generation, std::int64_t run_id, std::uint64_t rows,
                                        const ledger::row_set& done) {
  auto& i = *impl_;
  run_report report;
  const auto started = clock::now();
  i.progress.started = started;
  i.progress.rows = rows;

  ledger::row_set interrupted(0);
  auto open = file.open_intents(generation);
  if (!open) {
    report.stop_reason = "ledger";
    report.error = open.error();
    co_return report;
  }
  for (const auto& intent : *open) interrupted.insert(intent.row);

  ledger::ledger_writer writer(i.io, file, generation, run_id, i.options.writer);
  run_events events(writer);
  send_line line(i.io, i.writes);
  policy::stop_rules rules(i.options.stop);
  job_feed feed(i.io, source, done, i.options.concurrency, i.options.limit);
  run_context shared{.io = i.io,
                     .options = i.options,
                     .profile = i.profile,
                     .pool = *i.pool,
                     .writes = i.writes,
                     .line = line,
                     .keys = i.keys,
                     .reader = i.reader,
                     .ledger = writer,
                     .events = events,
                     .feed = feed,
                     .rules = rules,
                     .progress = i.progress,
                     .jitter = i.jitter,
                     .interrupted = interrupted,
                     .stopped_for = {},
                     .sleeping = {},
                     .interval_latency = {}};
  i.running = &shared;
  if (i.stop_wanted) shared.begin_stopping();

  // Everything that is spawned here is counted and joined here: nothing below outlives this scope.
  std::size_t workers_alive = i.options.concurrency, helpers_alive = 2;
  bool workers_done = false;
  std::exception_ptr broken;
  wakeup joined(i.io);
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
  asio::co_spawn(i.io, i.watch(shared, workers_done), helper_ended);
  for (auto& w : workers) asio::co_spawn(i.io, w->run(), worker_ended);
  while (workers_alive > 0) co_await joined.sleep();
  workers_done = true;
  line.cancel_all();
  while (helpers_alive > 0) co_await joined.sleep();
  workers.clear();

  if (feed.error()) shared.order_stop({"input_changed", *feed.error(), {}});
  if (shared.stopped_for) events.tell("stop", to_string(shared.stopped_for->why));
  const auto drained = co_await writer.drain();
  if (!drained) shared.order_stop({"ledger", drained.error(), {}});
  i.running = nullptr;
  if (broken) std::rethrow_exception(broken);

  report.counts = writer.committed();
  report.reads = i.progress.reads;
  report.writes = i.progress.writes;
  report.retries = i.progress.retries;
  report.throttled = i.progress.throttled;
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
