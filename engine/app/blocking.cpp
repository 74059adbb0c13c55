#include "engine/app/blocking.hpp"

#include "engine/async/turns.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace pawl::app {

void run_until_done(boost::asio::io_context& context, boost::asio::awaitable<void> work) {
  std::exception_ptr error;
  bool done = false;
  async::spawn(context, std::move(work), [&](std::exception_ptr e) {
    error = std::move(e);
    done = true;
  });
  context.restart();
  while (!done)
    if (!async::run_one(context)) throw std::logic_error("a coroutine waits for something that nobody does");
  if (error) std::rethrow_exception(error);
}

}  // namespace pawl::app
