// Tells the listener how a run moves, as often as the listener asks for. Network thread.
#pragma once

#include "engine/app/listener.hpp"
#include "engine/async/wakeup.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace pawl::app {

class progress_ticker {
 public:
  // Everything referred to must outlive the ticker.
  progress_ticker(boost::asio::io_context& context, listener& to, const client::progress_counters& counters,
                  const policy::pacer_options& writes)
      : alarm_(context), listener_(to), counters_(counters), writes_(writes) {}

  // Runs until stop().
  boost::asio::awaitable<void> run();
  void stop();

 private:
  async::wakeup alarm_;
  listener& listener_;
  const client::progress_counters& counters_;
  const policy::pacer_options& writes_;
  bool stopped_ = false;
};

}  // namespace pawl::app
