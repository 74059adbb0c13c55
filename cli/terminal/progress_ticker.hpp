// Shows the progress while a run goes on: the coroutine around progress_line. Network thread.
#pragma once

#include "cli/render/progress_line.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>

namespace pawl::cli {

class progress_ticker {
 public:
  // Everything referred to must outlive the ticker. `kind` is not `automatic`.
  progress_ticker(boost::asio::io_context&, config::progress_kind, console&, log&,
                  const client::progress_counters&, const policy::pacer_options& writes);

  // Until stop(); then the live line is gone.
  boost::asio::awaitable<void> run();
  void stop();

 private:
  void show(time_point now);
  // Why nothing moves, as a detail of the log each time that it changes.
  void tell_wait(time_point now);

  boost::asio::steady_timer timer_;
  config::progress_kind kind_;
  console& console_;
  log& log_;
  const client::progress_counters& counters_;
  const policy::pacer_options& writes_;
  rate_meter meter_;
  std::string told_wait_;
  time_point waits_since_{};
  bool stopped_ = false, told_of_foreign_use_ = false;
};

}  // namespace pawl::cli
