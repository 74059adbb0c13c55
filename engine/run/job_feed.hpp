// From the reader thread to the workers: batches of rows through a bounded queue, rows in order to whoever is
// free, jobs of one id one at a time (run/dispatcher). The reader thread lives in here. Everything else:
// network thread only.
#pragma once

#include "engine/async/side_thread.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/run/dispatcher.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace pawl::run {

class job_feed {
 public:
  enum class taken {
    job,      // `into` holds it; call finished() with its id when it is over
    invalid,  // bad() holds the row that is wrong by itself
    ended,    // nothing more will come
  };

  // Starts the reader thread at the source's position; rows in `done` are passed over. Source and set outlive
  // the feed. `slots`: jobs that may be under way at a time. `limit`: at most so many jobs are handed out.
  job_feed(boost::asio::io_context&, input::job_source&, const ledger::row_set& done, std::size_t slots,
           std::optional<std::uint64_t> limit);
  ~job_feed();  // joins the reader

  // The next row, or the end; unset: it is not there yet, so await change().
  std::optional<taken> try_take(job_buffer& into, row_error& bad);
  // Returns when there may be something to take, or at `until`. `alarm` belongs to the caller, who waits for
  // nothing else.
  boost::asio::awaitable<void> change(async::wakeup& alarm, time_point until);
  // Wakes all that await change().
  void wake_all();
  void finished(std::string_view id);

  // For a row that is concluded without being handed out: from now on it is passed over. False: it was handed
  // out already. The row must be one of the next `limit` jobs, and no other row of its id may wait.
  bool claim(std::uint64_t row);
  // Jobs that were handed out or claimed.
  std::uint64_t begun() const noexcept { return begun_; }

  // Hands out nothing more: waiting takers get `ended`.
  void close();

  // Set when the reader failed (input changed, read error): the feed has then ended.
  const std::optional<failure>& error() const noexcept { return error_; }
  // True when every row of the input was handed out (neither closed early, nor failed, nor limited).
  bool exhausted() const noexcept { return at_end_ && !closed_ && !error_ && !limited_; }
  bool limited() const noexcept { return limited_; }
  // Nothing can come from the input before one of them is finished, and all jobs that were handed out and are
  // not finished are these.
  bool is_down_to(std::size_t jobs) const noexcept {
    return !closed_ && (at_end_ || limited_ || is_full_) && dispatcher_.under_way() == jobs;
  }

 private:
  struct channel;

  bool next_batch();
  bool over() const noexcept;

  std::shared_ptr<channel> channel_;
  const ledger::row_set& done_;
  ledger::row_set claimed_;
  std::uint64_t newest_ = 0, begun_ = 0;  // the highest row that was handed out or parked
  dispatcher dispatcher_;
  job_batch batch_;
  std::size_t at_ = 0;
  std::optional<std::uint64_t> left_;  // of the limit
  std::optional<failure> error_;
  bool at_end_ = false, closed_ = false, limited_ = false;
  bool is_full_ = false;  // the next job has to wait for one of its id, and there is no room to park it
  std::vector<async::wakeup*> waiting_;
  std::optional<async::side_thread> reader_;  // behind what it shares: it ends first
};

}  // namespace pawl::run
