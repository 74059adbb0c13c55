// Runs an io_context until one coroutine is done, and gives back its value: the seam between the commands,
// which read from top to bottom, and the network thread, which they become for a while.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pawl::app {

// co_spawn wants default-constructible values; an optional is.
template <class T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> work, std::optional<T>& result) {
  T value = co_await std::move(work);
  result.emplace(std::move(value));
}

// Other work of the context goes on meanwhile and may be unfinished afterwards. An exception of the coroutine
// comes out here.
template <class T>
T wait_for(boost::asio::io_context& context, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr error;
  bool done = false;
  boost::asio::co_spawn(context, keep_result(std::move(work), result), [&](std::exception_ptr e) {
    error = std::move(e);
    done = true;
  });
  context.restart();
  while (!done)
    if (context.run_one() == 0) throw std::logic_error("a coroutine waits for something that nobody does");
  if (error) std::rethrow_exception(error);
  return *std::move(result);
}

}  // namespace pawl::app
