#include "engine/app/stop_watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstddef>
#include <utility>

#include <unistd.h>

namespace pawl::app {

boost::asio::awaitable<void> stop_watch::watch(boost::asio::io_context& context,
                                               std::function<void(int, int)> on_stop) {
  if (std::exchange(stopped_, false)) co_return;
  boost::asio::posix::stream_descriptor reader{context, ::dup(request_.descriptor())};
  reader_ = &reader;
  int so_far = 0;
  for (;;) {
    std::array<char, 16> numbers{};
    const auto buffer = boost::asio::buffer(numbers);
    const auto [failed, count] =
        co_await reader.async_read_some(buffer, boost::asio::as_tuple(boost::asio::use_awaitable));
    if (failed) break;  // stop() closed it
    for (std::size_t i = 0; i < count; ++i) on_stop(numbers[i], ++so_far);
  }
  reader_ = nullptr;
}

void stop_watch::stop() {
  if (reader_ != nullptr)
    reader_->close();
  else
    stopped_ = true;
}

}  // namespace pawl::app
