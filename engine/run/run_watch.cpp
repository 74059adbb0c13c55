#include "engine/run/run_watch.hpp"

#include "engine/policy/wait_reason.hpp"
#include "engine/run/run_sampler.hpp"
#include "engine/run/snapshot.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <string>
#include <utility>

namespace pawl::run {
namespace asio = boost::asio;

asio::awaitable<void> run_watch::run(const bool& done) {
  async::wakeup alarm(shared_.io);
  run_sampler samples(shared_, clock::now());
  while (!done) {
    const auto now = clock::now();
    check(now);
    samples.tick(now);
    if (shared_.stopping && !drain_until_) drain_until_ = now + shared_.options.drain_timeout;
    if (drain_until_ && now >= *drain_until_) shared_.pool.cancel_all();
    co_await alarm.sleep(now + tick);
  }
  samples.finish(clock::now());
}

void run_watch::check(time_point now) {
  auto& run = shared_;
  run.pool.sweep(now);
  if (!run.ledger.health()) {
    run.order_stop({"ledger", run.ledger.health().error(), {}});
    run.pool.cancel_all();
  }
  if (auto kept = quota_.keep_file(now); !kept) run.order_stop({"quota_file", kept.error(), {}});
  if (const auto& why = run.keys.fault()) run.order_stop({"key", *why, {}});
  tell_new_key();
  probes_.tick(now);
  const auto pause = policy::later_of(run.writes.pause(now), run.reads.pause(now));
  check_rules(now, pause);
  describe(now, pause);
  tell_contradictions();
  auto& progress = run.progress;
  progress.at_once = run.places.found().value_or(0);
  progress.foreign_use = progress.foreign_use || run.writes.phantoms() > 0;
  run.events.observe({progress.figures.throttled, pause ? std::optional{pause->until} : std::nullopt,
                      run.rules.trouble_since(), run.breaker.opened_at(), progress.foreign_use},
                     now);
}

void run_watch::check_rules(time_point now, const std::optional<policy::asked_pause>& pause) {
  auto& run = shared_;
  const auto due = run.writes.waiting() > 0 ? run.writes.next_due(now) : std::nullopt;
  if ((due && *due > now) || run.held_until > now) run.rules.waits_for_quota(now);
  if (run.stopping) return;
  if (const auto& hours = run.options.hours)
    if (const auto closed = policy::outside_hours(*hours, wall_now(), now)) return run.order_stop(*closed);
  auto order = run.rules.check(now, pause, run.profile);
  if (!order && run.feed.is_down_to(run.parked.size()))
    order = policy::too_long_a_wait_of_rows(run.parked.size(), run.parked.next_due(), now,
                                            run.options.stop.max_wait);
  if (!order) return;
  order->name_last_answer(run.last_trouble);
  run.order_stop(*std::move(order));
}

void run_watch::describe(time_point now, const std::optional<policy::asked_pause>& pause) {
  auto& progress = shared_.progress;
  progress.waiting = static_cast<std::uint32_t>(shared_.writes.waiting());
  progress.next_due = shared_.writes.next_due(now);
  policy::wait_facts facts;
  facts.is_open = shared_.breaker.state() == policy::breaker::circuit::open;
  facts.next_probe = shared_.breaker.next_probe();
  facts.pause = pause;
  facts.trouble_since = shared_.rules.trouble_since();
  if (shared_.pages != nullptr && !shared_.workers_begun)
    facts.pages = {shared_.pages->facts().pages, shared_.pages->facts().settled};
  facts.in_flight = progress.in_flight;
  const auto rows_due = shared_.parked.next_due();
  if (rows_due != time_point::max() && shared_.feed.is_down_to(shared_.parked.size()))
    facts.rows = {rows_due, shared_.held_until > now};
  facts.next_due = progress.next_due;
  auto reason = policy::why_it_waits(facts, now, shared_.profile.headers);
  progress.waits_for = std::move(reason.what);
  progress.waits_until = reason.until;
}

void run_watch::tell_new_key() {
  const auto version = shared_.keys.version();
  if (key_version_ && *key_version_ != version) shared_.events.tell("key", "another key is in use");
  key_version_ = version;
}

void run_watch::tell_contradictions() {
  using request_class = client::progress_counters::request_class;
  const auto& tell = shared_.progress.on_contradiction;
  if (!tell) return;
  if (const auto found = shared_.writes.take_contradiction())
    tell(request_class::writes, found->configured, found->said);
  if (const auto found = shared_.reads.take_contradiction())
    tell(request_class::reads, found->configured, found->said);
}

}  // namespace pawl::run
