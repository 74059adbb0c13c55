// Runs a generation: reader thread, dispatcher, worker slots, pacer, pool and ledger writer, joined in one
// place.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/api/precondition.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/client/credentials.hpp"
#include "engine/client/progress.hpp"
#include "engine/client/quota_file.hpp"
#include "engine/client/read_client.hpp"
#include "engine/client/whoami.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/ledger_writer.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/stop_rules.hpp"
#include "engine/run/run_options.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::run {

struct snapshot_input;  // run/snapshot

enum class stop_kind { drain, now };

struct run_report {
  outcome_counts counts;  // of this invocation, committed
  counters figures;
  duration elapsed{};
  bool finished = false;         // no row of the generation is pending
  std::string stop_reason;       // "finished", "limit", "signal", "throttled", "outage", "max_failures", ...
  std::optional<failure> error;  // why it stopped, unless finished, limit or signal
  std::optional<wall_time> resume_at;
};

class runner {
 public:
  // Everything referred to must outlive the runner. Failures: the transport's files, the token, a header
  // value.
  static expected<std::unique_ptr<runner>> create(boost::asio::io_context&, const run_options&,
                                                  const api::profile&, client::quota_file&,
                                                  client::token_source, client::progress_counters&);
  ~runner();

  // Retries throttling and outage until patience ends; a failure says what to mend or that it is to be tried
  // later.
  boost::asio::awaitable<expected<client::account_info>> identify();

  // Reads a list of names whole, for run() to resolve set verbs and `has tag` with: before run(), where the
  // input or a condition has names. It may be held against them until then, and lives as long as the runner.
  // Failures as read_client::get.
  boost::asio::awaitable<expected<const api::name_directory*>> fetch_names(const api::list_spec&);

  // Lets somebody else send reads before run(), with the run's pool, pacer and key. Returns what `work` does.
  boost::asio::awaitable<status> ask(
      std::function<boost::asio::awaitable<status>(client::read_client&)> work);

  // The source stands at the first row of the generation that may be pending; rows in `done` are passed over.
  // `file` has the generation and the run; the runner drains the writer before it returns. Names in the rows
  // that are pending and in the conditions stand for one id each in what fetch_names() has read. `listed`:
  // rows that list pages may conclude, before and beside the writes (run/snapshot_rows); null: every row is
  // read by itself.
  boost::asio::awaitable<run_report> run(input::job_source&, ledger::ledger_file& file,
                                         std::int64_t generation, std::int64_t run, std::uint64_t rows,
                                         const ledger::row_set& done, snapshot_input* listed = nullptr);

  // Network thread. drain: take no new job, finish what is on the wire (at most drain_timeout), the rest
  // stays pending.
  void stop(stop_kind, std::string reason);

 private:
  struct impl;
  explicit runner(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::run
