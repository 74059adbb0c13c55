#include "engine/app/progress_ticker.hpp"

#include "engine/sys/clock.hpp"

namespace pawl::app {

boost::asio::awaitable<void> progress_ticker::run() {
  while (!stopped_) {
    const auto again = listener_.moving(counters_, writes_, clock::now());
    co_await alarm_.sleep(again);
  }
  listener_.moved_on();
}

void progress_ticker::stop() {
  stopped_ = true;
  alarm_.wake();
}

}  // namespace pawl::app
