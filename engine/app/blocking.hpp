// Runs an io_context until one coroutine is done, and returns its value. Commands read from top to bottom and
// call this where they need the network; the calling thread is the network thread meanwhile.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pawl::app {

// An optional, because co_spawn wants values that can be constructed by default.
template <class T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> work, std::optional<T>& result) {
  T value = co_await std::move(work);
  result.emplace(std::move(value));
}

// Other work of the context goes on meanwhile and may be unfinished afterwards. Throws what the coroutine
// throws.
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
