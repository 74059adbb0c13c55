// Makes the reads of a run and judges what the run would do, row by row in input order, without a single
// write. Network thread only.
#pragma once

#include "engine/api/batch_requests.hpp"
#include "engine/api/profile.hpp"
#include "engine/async/task_group.hpp"
#include "engine/client/read_client.hpp"
#include "engine/client/read_several.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/model/time.hpp"
#include "engine/plan/plan_judge.hpp"
#include "engine/plan/planned_row.hpp"
#include "engine/policy/retry_policy.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::plan {

class planner {
 public:
  // All must outlive the planner. The source stands at the first row that may be pending; rows in `done` are
  // left out.
  struct parts {
    boost::asio::io_context& io;
    client::read_client& client;
    const api::profile& profile;
    const policy::retry_options& retry;
    input::job_source& source;
    const ledger::row_set& done;
    plan_judge& judge;
    bool reads = true;                   // false: nothing is read, every row would be written
    std::uint32_t concurrency = 16;      // reads that may be under way at the same time
    std::optional<std::uint64_t> limit;  // at most so many pending jobs
  };
  explicit planner(const parts& p) : p_(p), reads_(p.io) {
    if (p.reads && api::can_read_many(p.profile)) several_.emplace(p.client, p.profile);
  }

  // Calls `tell` for each pending row, in input order; if it fails, the plan ends. Returns whether every
  // pending row was told (false: the limit left some). Failures are those of read_client::get(), of the input
  // (mend) and of the scratch table (mend). Memory: the rows and replies of the reads under way.
  boost::asio::awaitable<expected<bool>> run(const std::function<status(const planned_row&)>& tell);

  // The mean over the reads that were answered; 0 before the first.
  duration mean_reply_time() const noexcept { return replies_ == 0 ? duration{} : reply_time_ / replies_; }

 private:
  struct pending_row {
    job_buffer job;
    std::optional<row_error> bad;
    std::optional<expected<client::read_reply>> reply;
    bool is_read = false;
    bool is_unproven = false;  // refused, perhaps not by the API; it will be read again
  };

  expected<bool> fill();
  void start(std::unique_ptr<pending_row>);
  void spawn_read(pending_row& row, bool comes_back_unproven);
  void flush_group();
  void count_reply(const std::vector<std::optional<client::read_reply>>&);
  boost::asio::awaitable<void> read_group(std::vector<pending_row*> group);
  void take_up_unproven();
  boost::asio::awaitable<void> read(pending_row& row, bool comes_back_unproven);
  boost::asio::awaitable<expected<bool>> work(const std::function<status(const planned_row&)>& tell);
  boost::asio::awaitable<status> decide(pending_row& row,
                                        const std::function<status(const planned_row&)>& tell);

  parts p_;
  async::task_group reads_;
  std::deque<std::unique_ptr<pending_row>> rows_;  // in input order
  std::size_t unproven_ = 0;                       // how many of them are unproven
  std::optional<client::several_reader> several_;  // unset: the API has no read of several
  std::vector<pending_row*> group_;                // of rows_: the next that are read together
  job_batch batch_;
  std::size_t at_ = 0;
  bool at_end_ = false, limited_ = false;
  std::uint64_t taken_ = 0;
  duration reply_time_{};
  std::int64_t replies_ = 0;
};

}  // namespace pawl::plan
