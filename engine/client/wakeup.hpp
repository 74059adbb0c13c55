// A coroutine's own alarm clock: it sleeps until a time, or until somebody wakes it. Network thread only.
#pragma once

#include "engine/model/time.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pawl::client {

class wakeup {
 public:
  explicit wakeup(boost::asio::io_context& context) : timer_(context) {}

  // Returns at `until`, or earlier after wake(). The caller looks at its condition again: the reason is not
  // told. wake() between two sleeps is not remembered.
  boost::asio::awaitable<void> sleep(time_point until = time_point::max()) {
    timer_.expires_at(until);
    // Cancelled is how wake() works, so the error code carries nothing.
    co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  void wake() { timer_.cancel(); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace pawl::client
