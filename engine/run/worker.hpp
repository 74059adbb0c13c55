// One slot: takes a job, drives its job_step, records the outcome, takes the next. A job that has to wait for
// more than its turn is parked, and whichever slot is free when it is due goes on with it. The worker decides
// nothing: each branch does the one thing that the step named and feeds back what came of it.
#pragma once

#include "engine/model/job.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/run/attempt_books.hpp"
#include "engine/run/run_context.hpp"
#include "engine/run/sender.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace pawl::run {

class worker : sender {
 public:
  explicit worker(run_context& shared);

  // Until the feed has ended. The context outlives it.
  boost::asio::awaitable<void> run();

 private:
  std::optional<job_feed::taken> try_take();
  boost::asio::awaitable<void> record_invalid();
  enum class left : std::uint8_t { ended, parked };
  boost::asio::awaitable<left> carry_out();
  void take_kept_connection();
  void let_go_of_connections();
  boost::asio::awaitable<policy::step_event> commit_intent(policy::action::commit_intent);
  time_point begin_send(const policy::action::send&);
  void end_send(time_point started);
  boost::asio::awaitable<void> sleep_here(policy::action::sleep);
  policy::step_action step_on(const policy::step_event&);

  std::unique_ptr<job_in_hand> job_;
  bool goes_on_ = false;  // it was parked
  row_error bad_;
  http::lease kept_;  // a connection for the write, while the read goes on another
  time_point now_{};  // read after whatever may have waited, and kept until the next such thing
};

}  // namespace pawl::run
