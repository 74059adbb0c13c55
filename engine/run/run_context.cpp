#include "engine/run/run_context.hpp"

#include "engine/policy/unread_rows.hpp"
#include "engine/run/snapshot.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/random.hpp"
#include "engine/sys/wall_clock.hpp"

#include <utility>

namespace pawl::run {
namespace asio = boost::asio;

void run_context::order_stop(policy::stop_order order) {
  if (!stopped_for) stopped_for = std::move(order);
  begin_stopping();
}

void run_context::begin_stopping() {
  if (stopping) return;
  stopping = true;
  feed.close();
  places.open_all();
  line.cancel_all();
  read_line.cancel_all();
  keys.stop();
  if (pages != nullptr) pages->stop(client::read_client::stopping::waits);
  wake_sleeping();
  release_held();
}

void run_context::wake_sleeping() {
  for (auto* alarm : sleeping) alarm->wake();
}

void run_context::proven(time_point sent) {
  if (parked.proven(sent)) feed.wake_all();
  if (!sleeping.empty()) wake_sleeping();
}

void run_context::succeeded(std::string_view id) {
  has_succeeded = true;
  if (profile.whoami.path.empty()) last_good_id.assign(id);
}

void run_context::release_held() {
  for (auto* alarm : held) alarm->wake();
  parked.set_outage(breaker.state() == policy::breaker::circuit::open);
  wake_sleeping();
  if (!parked.empty()) feed.wake_all();
}

bool run_context::begin(job_in_hand& job) {
  job.job = job.buffer.view();
  if (!step.read_first && policy::needs_reading(profile, job.job)) {
    order_stop(policy::unread_row(job.job));
    feed.finished(job.job.id);
    return false;
  }
  job.sent_at = {};
  job.latency_us = 0;
  job.key.clear();
  job.sent_with = 0;
  std::optional<policy::left_intent> unfinished;
  if (!interrupted.empty())
    if (const auto found = interrupted.find(job.job.row); found != interrupted.end()) {
      unfinished = left_by(found->second, progress.started, started);
      job.sent_at = found->second.sent_at;
      job.key = found->second.key;
    }
  job.step.reset(job.job, unfinished);
  return true;
}

ledger::intent_record run_context::intent_of(job_in_hand& job, const policy::action::commit_intent& what) {
  if (what.replaces) ledger.withdraw_intent(job.job.row);
  ledger::intent_record intent;
  intent.row = job.job.row;
  intent.id = job.job.id;
  intent.sent_at = wall_now();
  intent.since_boot = since_boot();
  if (what.was_read) intent.old_values = what.old_values;
  intent.new_values = what.new_values;
  intent.updated_at = what.updated_at;
  if (what.new_key) job.key = random_uuid();
  if (what.has_key) intent.key = job.key;
  return intent;
}

bool run_context::park(std::unique_ptr<job_in_hand>& job, const policy::action::sleep& wait) {
  const auto due_before = parked.next_due();
  if (!parked.put(job, wait)) return false;
  // Who waits for the next job that is due may have to rise earlier now.
  if (parked.next_due() < due_before) feed.wake_all();
  return true;
}

std::unique_ptr<job_in_hand> run_context::unpark_due(time_point now) {
  auto due = parked.take(now, stopping);
  // The others may have waited for this one only.
  if (due && parked.empty()) feed.wake_all();
  return due;
}

bool run_context::try_record(ledger::job_record entry) {
  entry.finished_at = wall_now();
  if (!ledger.health() || !ledger.put(entry)) return false;
  ++progress.now[entry.outcome];
  if (is_success(entry.outcome)) return true;
  const client::failed_row failed{entry.row,           entry.id,        entry.outcome, entry.error_code,
                                  entry.error_message, entry.request_id};
  progress.count_error(failed);
  return true;
}

asio::awaitable<void> run_context::record(ledger::job_record entry) {
  while (ledger.health()) {
    if (try_record(entry)) co_return;
    co_await ledger.room();
  }
  order_stop({"ledger", ledger.health().error(), {}});
}

}  // namespace pawl::run
