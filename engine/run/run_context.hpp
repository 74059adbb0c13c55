// What the workers of one run share, and how each of them can end the run. Network thread only.
#pragma once

#include "engine/api/reply_reader.hpp"
#include "engine/client/credentials.hpp"
#include "engine/client/progress.hpp"
#include "engine/client/read_client.hpp"
#include "engine/client/send_line.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/ledger/ledger_writer.hpp"
#include "engine/policy/breaker.hpp"
#include "engine/policy/each_limits.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/stop_rules.hpp"
#include "engine/run/job_feed.hpp"
#include "engine/run/job_places.hpp"
#include "engine/run/left_intents.hpp"
#include "engine/run/parked_jobs.hpp"
#include "engine/run/run_events.hpp"
#include "engine/run/runner.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::run {

class snapshot;

struct run_context {
  boost::asio::io_context& io;
  const run_options& options;
  const api::profile& profile;
  http::connection_pool& pool;
  policy::pacer &writes, &reads;
  client::send_line &line, &read_line;
  client::credentials& keys;
  api::reply_reader& reader;
  api::resource_reader* resources;  // null: the API shows none
  ledger::ledger_writer& ledger;
  run_events& events;
  job_feed& feed;
  job_places& places;
  parked_jobs& parked;
  policy::stop_rules& rules;
  client::progress_counters& progress;
  client::jitter_source& jitter;
  policy::breaker& breaker;
  const left_intents& interrupted;
  const boot_moment& started;  // progress.started by the boot clock
  const policy::step_options& step;
  policy::each_limits& each;

  time_point held_until{};    // until when the limits of a resource hold the row that waits longest
  snapshot* pages = nullptr;  // while it is under way
  bool workers_begun = false;
  bool stopping = false;
  std::optional<policy::stop_order> stopped_for;
  std::vector<async::wakeup*> sleeping;        // workers that wait for a backoff or for room in the ledger
  std::vector<async::wakeup*> held;            // workers that wait for the breaker
  client::latency_histogram interval_latency;  // since the last sample
  bool has_succeeded = false;                  // a row of this generation is a success already
  std::string last_good_id;               // of a row that succeeded; kept only where the API has no whoami
  std::string last_trouble;               // what the last outage or throttling was, in words; empty: none yet
  client::read_client* asking = nullptr;  // asks for other keys; set before the first worker begins
  std::uint64_t numbers_given = 0;

  // The first order counts: it becomes the reason of the run.
  void order_stop(policy::stop_order order);
  void begin_stopping();
  // Wakes the workers that the breaker holds and the jobs that are parked: the breaker may have changed.
  void release_held();
  // Notes that the API answered well to a request that was sent at this time, and wakes who waits for that.
  void proven(time_point sent);
  // Notes that a row ended well.
  void succeeded(std::string_view id);
  // What a step is told beside the event, but for what belongs to replies.
  policy::surroundings around(time_point now) const noexcept {
    policy::surroundings s;
    s.now = now;
    s.outages = breaker.outages();
    s.proven_at = parked.proven_at();
    s.can_be_proven = breaker.has_probe();
    s.has_succeeded = has_succeeded;
    return s;
  }
  // Prepares a job that the feed has given. False: it cannot be run, and the run stops.
  bool begin(job_in_hand&);
  // A number for rows that are written together (job_in_hand::sent_with).
  std::uint64_t next_number() noexcept { return ++numbers_given; }
  // What the ledger is to keep of a write that is about to leave; a view into both. Withdraws the intent that
  // it replaces.
  ledger::intent_record intent_of(job_in_hand&, const policy::action::commit_intent&);
  // Takes a job that waits out of its slot; false: there is no room. unpark() gives back one that is due, or
  // any when the run is stopping; null: none is.
  bool park(std::unique_ptr<job_in_hand>&, const policy::action::sleep&);
  std::unique_ptr<job_in_hand> unpark(time_point now) { return parked.empty() ? nullptr : unpark_due(now); }
  std::unique_ptr<job_in_hand> unpark_due(time_point now);
  // Those that sleep in their slot, because there was no room to park, look again.
  void wake_sleeping();
  // Puts an outcome into the ledger, waiting for room, and into the figures. A ledger that failed stops the
  // run: the row stays pending.
  boost::asio::awaitable<void> record(ledger::job_record);
  // The same without waiting. False: nothing was taken, so await record().
  bool try_record(ledger::job_record);
};

}  // namespace pawl::run
