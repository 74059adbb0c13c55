// What the workers of one run share, and how each of them can end the run. Network thread only.
#pragma once

#include "engine/api/reply_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/ledger/ledger_writer.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/stop_rules.hpp"
#include "engine/run/job_feed.hpp"
#include "engine/run/progress.hpp"
#include "engine/run/run_events.hpp"
#include "engine/run/runner.hpp"
#include "engine/run/send_line.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace pawl::run {

// The request writer with the token that it carries: renewed after a 401 when the source has another token.
class credentials {
 public:
  credentials(const api::profile& profile, const http::endpoint& target, std::string user_agent,
              token_source source)
      : profile_(profile), target_(target), user_agent_(std::move(user_agent)), source_(std::move(source)) {}

  status load();  // the first time; a failure says what is wrong with the token
  const api::request_writer& writer() const { return *writer_; }
  std::uint64_t version() const noexcept { return version_; }

  // After a 401 for a request that carried `version_used`. True: there is another token now, so the job goes
  // on. A token source that fails counts as unchanged: the 401 is the message that matters.
  bool renew(std::uint64_t version_used);

 private:
  const api::profile& profile_;
  const http::endpoint& target_;
  std::string user_agent_;
  token_source source_;
  secret token_;
  std::optional<api::request_writer> writer_;
  std::uint64_t version_ = 0;
};

// Numbers in [0, 1) that spread retries; no secret depends on them.
class jitter_source {
 public:
  jitter_source() : engine_(std::random_device{}()) {}
  double operator()() { return std::uniform_real_distribution<double>(0.0, 1.0)(engine_); }

 private:
  std::minstd_rand engine_;
};

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
