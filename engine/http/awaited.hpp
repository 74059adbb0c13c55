// Waiting for an Asio operation in a coroutine at the least cost: `co_await std::move(op)` stores
// the error instead of throwing it, and needs no coroutine frame of its own, as use_awaitable does.
// (Boost 1.81 cannot combine redirect_error with deferred, which would say the same.)
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/system/error_code.hpp>

#include <type_traits>
#include <utility>

namespace pawl::http {

// `Start` is called with a completion token for void(error_code) and starts the operation.
template <class Start>
class awaited {
 public:
  awaited(Start start, boost::system::error_code& error) : start_(std::move(start)), error_(&error) {}

  // Not for pointers: Asio also asks whether this is one of its own functions of a coroutine frame.
  template <class Token>
    requires(!std::is_pointer_v<std::decay_t<Token>>)
  auto operator()(Token&& token) {
    return start_(boost::asio::redirect_error(std::forward<Token>(token), *error_));
  }

 private:
  Start start_;
  boost::system::error_code* error_;
};

}  // namespace pawl::http
