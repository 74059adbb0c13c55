#include "engine/async/turns.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>

namespace pawl::async {

void spawn(boost::asio::io_context& io, boost::asio::awaitable<void> task,
           std::function<void(std::exception_ptr)> ended) {
  boost::asio::co_spawn(io, std::move(task), std::move(ended));
}

bool run_one(boost::asio::io_context& io) {
  return io.run_one() != 0;
}

}  // namespace pawl::async
