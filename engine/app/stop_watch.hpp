// Watches a stop_request on the network thread.
#pragma once

#include "engine/app/stop_request.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>

namespace pawl::app {

class stop_watch {
 public:
  // The request must outlive the watch.
  explicit stop_watch(const stop_request& request) : request_(request) {}

  // Calls `on_stop(number, how_many_so_far)` for each ask(), also for earlier ones, until stop(). stop() ends
  // one watch, also one that has not started. Only one watch at a time. Network thread; this object must
  // outlive the coroutine.
  boost::asio::awaitable<void> watch(boost::asio::io_context&, std::function<void(int, int)> on_stop);
  void stop();

 private:
  const stop_request& request_;
  boost::asio::posix::stream_descriptor* reader_ = nullptr;  // set while watch() runs
  bool stopped_ = false;                                     // stop() was called before watch() began
};

}  // namespace pawl::app
