// One slot: takes a job, drives its job_step, records the outcome, takes the next. A job that has to wait for
// more than its turn is parked, and whichever slot is free when it is due goes on with it. The worker decides
// nothing: each branch does the one thing that the step named and feeds back what came of it.
#pragma once

#include "engine/model/job.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/run/attempt_books.hpp"
#include "engine/run/run_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace pawl::run {

class worker {
 public:
  explicit worker(run_context& shared);

  // Until the feed has ended. The context outlives it.
  boost::asio::awaitable<void> run();

 private:
  std::optional<job_feed::taken> try_take();
  boost::asio::awaitable<void> record_invalid();
  bool begin();
  enum class left : std::uint8_t { ended, parked };
  boost::asio::awaitable<left> carry_out();
  bool take_idle_connection(policy::connection_need);
  void take_kept_connection();
  void let_go_of_connections();
  boost::asio::awaitable<policy::step_event> fetch_connection(policy::connection_need);
  boost::asio::awaitable<policy::step_event> await_grant();
  boost::asio::awaitable<policy::step_event> commit_intent(policy::action::commit_intent);
  time_point begin_send(const policy::action::send&);
  void end_send(time_point started);
  boost::asio::awaitable<policy::step_event> read();
  boost::asio::awaitable<bool> admitted();
  boost::asio::awaitable<void> sleep_here(policy::action::sleep);
  policy::step_action step_on(const policy::step_event&);
  void keep_fact(const http::acquired&);
  client::send_line::place& write_place() noexcept { return books_.place(policy::request_kind::write); }
  boost::asio::awaitable<bool> key_renewed();
  void stop_for(const policy::action::stop_run&);

  run_context& shared_;
  std::unique_ptr<job_in_hand> job_;
  bool goes_on_ = false;  // it was parked
  row_error bad_;
  async::wakeup alarm_;
  http::lease connection_, kept_;  // kept_: for the write, while the read goes on another
  attempt_fact fact_;
  std::string detail_;  // keeps the words of a failed connection alive
  std::string request_;
  attempt_books books_;
  std::uint64_t token_version_ = 0;
  time_point now_{};  // read after whatever may have waited, and kept until the next such thing
};

}  // namespace pawl::run
