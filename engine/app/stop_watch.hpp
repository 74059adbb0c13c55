// The network thread's side of a stop_request.
#pragma once

#include "engine/app/stop_request.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>

namespace pawl::app {

class stop_watch {
 public:
  // The request outlives the watch.
  explicit stop_watch(const stop_request& request) : request_(request) {}

  // Calls `on_stop(number, how_many_so_far)` for each ask(), also for those that came before, until stop(),
  // which ends one watch, also one that has not started yet. One after another. Network thread; the watch
  // must outlive the coroutine's end.
  boost::asio::awaitable<void> watch(boost::asio::io_context&, std::function<void(int, int)> on_stop);
  void stop();

 private:
  const stop_request& request_;
  boost::asio::posix::stream_descriptor* reader_ = nullptr;  // while watch() runs
  bool stopped_ = false;                                     // before watch() began
};

}  // namespace pawl::app
