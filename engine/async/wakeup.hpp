// An alarm clock of one sleeper: it sleeps until a time, or until somebody wakes it. Network thread only.
#pragma once

#include "engine/async/timer.hpp"
#include "engine/model/time.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/error_code.hpp>

#include <type_traits>
#include <utility>

namespace pawl::async {

class wakeup {
 public:
  explicit wakeup(boost::asio::io_context& context) : timer_(context) {}

  // An operation to be awaited at once. It needs no coroutine frame of its own, as use_awaitable would, and
  // has no cancellation slot: nothing but the time and wake() ends a sleep.
  // (Boost 1.81 cannot combine redirect_error with deferred, which would say the same.)
  class sleeping {
   public:
    explicit sleeping(wakeup& of) : of_(&of) {}

    // Not for pointers: Asio also asks whether this is one of its own functions of a coroutine frame.
    template <class Token>
      requires(!std::is_pointer_v<std::decay_t<Token>>)
    auto operator()(Token&& token) {
      return of_->timer_.async_wait(boost::asio::bind_cancellation_slot(
          boost::asio::cancellation_slot{},
          boost::asio::redirect_error(std::forward<Token>(token), of_->reason_)));
    }

   private:
    wakeup* of_;
  };

  // `co_await alarm.sleep(until)` returns at `until`, or earlier after wake(). The caller looks at its
  // condition again: the reason is not told. wake() between two sleeps is not remembered.
  sleeping sleep(time_point until = time_point::max()) {
    timer_.expires_at(until);
    return sleeping{*this};
  }
  void wake() { timer_.cancel(); }

 private:
  timer timer_;
  boost::system::error_code reason_;  // nobody reads it: cancelled is how wake() works
};

}  // namespace pawl::async
