#include "engine/app/progress_ticker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pawl::app {

boost::asio::awaitable<void> progress_ticker::run() {
  while (!stopped_) {
    timer_.expires_at(listener_.moving(counters_, writes_, clock::now()));
    [[maybe_unused]] const auto [woken] =
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  listener_.moved_on();
}

void progress_ticker::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace pawl::app
