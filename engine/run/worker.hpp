// One slot: takes a job, drives its job_step, records the outcome, takes the next. It decides nothing: each
// branch does the one thing that the step named and feeds back what came of it.
#pragma once

#include "engine/model/job.hpp"
#include "engine/policy/breaker.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/run/run_context.hpp"

#include <boost/asio/awaitable.hpp>

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
  boost::asio::awaitable<void> carry_out();
  bool take_idle_connection(policy::connection_need);
  boost::asio::awaitable<policy::step_event> fetch_connection(policy::connection_need);
  boost::asio::awaitable<policy::step_event> await_grant();
  boost::asio::awaitable<policy::step_event> commit_intent(policy::action::commit_intent);
  time_point begin_send(std::span<const field_value> values);
  void end_send(time_point started);
  boost::asio::awaitable<policy::step_event> read();
  boost::asio::awaitable<bool> admitted();
  boost::asio::awaitable<void> pause_until(time_point);
  policy::step_action step_on(const policy::step_event&);
  void account(policy::breaker::request, time_point now);
  void heard(policy::breaker::request, const policy::judgement&, time_point now);
  void keep_fact(const http::acquired&);
  void finished_by_a_read();
  void give_back_slot();
  ledger::job_record outcome_record(const policy::action::finish&) const;
  void stop_run(const policy::action::stop_run&);

  run_context& shared_;
  policy::job_step step_;
  job_buffer buffer_;
  job_view job_;
  row_error bad_;
  send_line::place place_, read_place_;
  wakeup alarm_;
  http::lease connection_;
  attempt_fact fact_;
  std::string detail_;  // keeps the words of a failed connection alive
  std::string request_;
  std::optional<policy::pacer::slot> slot_, read_slot_;
  job_places::mark mark_;  // of the request under way
  bool trial_ = false;     // this job is what the half-open breaker let through
  std::uint64_t token_version_ = 0;
  time_point now_{};  // read after whatever may have waited, and kept until the next such thing
  wall_time sent_at_{};
  std::uint64_t latency_us_ = 0;
};

}  // namespace pawl::run
