// What the workers of one run share, and how each of them can end the run. Network thread only.
#pragma once

#include "engine/api/reply_reader.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/ledger/ledger_writer.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/stop_rules.hpp"
#include "engine/run/credentials.hpp"
#include "engine/run/job_feed.hpp"
#include "engine/run/progress.hpp"
#include "engine/run/run_events.hpp"
#include "engine/run/runner.hpp"
#include "engine/run/send_line.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace pawl::run {

struct run_context {
  boost::asio::io_context& io;
  const run_options& options;
  const api::profile& profile;
  http::connection_pool& pool;
  policy::pacer& writes;
  send_line& line;
  credentials& keys;
  api::reply_reader& reader;
  ledger::ledger_writer& ledger;
  run_events& events;
  job_feed& feed;
  policy::stop_rules& rules;
  progress_counters& progress;
  jitter_source& jitter;
  const ledger::row_set& interrupted;  // rows with an intent and no outcome, left by a crash

  bool stopping = false;
  std::optional<policy::stop_order> stopped_for;
  std::vector<wakeup*> sleeping;       // workers that wait for a backoff or for room in the ledger
  latency_histogram interval_latency;  // since the last sample

  // The first order counts: it becomes the reason of the run.
  void order_stop(policy::stop_order order);
  void begin_stopping();
};

}  // namespace pawl::run
