// Runs an io_context until one coroutine is done, and returns its value. Commands read from top to bottom and
// call this where they need the network; the calling thread is the network thread meanwhile.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <utility>

namespace pawl::app {

// An optional, because the value may have no default.
template <class T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> work, std::optional<T>& result) {
  T value = co_await std::move(work);
  result.emplace(std::move(value));
}

// Runs the context until `work` is done. Other work of the context goes on meanwhile and may be unfinished
// afterwards. Throws what the coroutine throws.
void run_until_done(boost::asio::io_context& context, boost::asio::awaitable<void> work);

// The same, with a value.
template <class T>
T wait_for(boost::asio::io_context& context, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  run_until_done(context, keep_result(std::move(work), result));
  return *std::move(result);
}

}  // namespace pawl::app
