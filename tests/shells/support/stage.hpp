// One test's world: an io_context, the manual clock and the fake network. A task is driven handler by
// handler; time moves only when nothing is ready.
#pragma once

#include "tests/shells/support/fake_network.hpp"
#include "tests/shells/support/manual_clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pawl::testing {

class clean_clock {
 public:
  clean_clock() { manual_clock::reset(); }
};

class stage : clean_clock {
 public:
  fake_network network;  // outlives the coroutines that io destroys
  boost::asio::io_context io{1};

  // Runs one handler, moving the clock to the next timer where none is ready. False: there is nothing left to
  // run and no timer to wait for.
  bool step() {
    for (;;) {
      io.restart();
      if (io.poll_one() > 0) {
        ++steps_;
        return true;
      }
      if (!manual_clock::advance_to_next_timer()) return false;
    }
  }

  // How many handlers have run.
  std::size_t steps() const noexcept { return steps_; }

  // Starts a task that is known to end; its exception comes out of run_until().
  void start(boost::asio::awaitable<void> task) {
    ++going_on_;
    const auto ended = [this](const std::exception_ptr& error) {
      --going_on_;
      if (error && !failure_) failure_ = error;
    };
    boost::asio::co_spawn(io, std::move(task), ended);
  }
  std::size_t going_on() const noexcept { return going_on_; }

  // Until the condition holds. `most` handlers are a bound against an endless loop (chosen: hundreds of times
  // what any of these tests takes).
  void run_until(const std::function<bool()>& holds, std::size_t most = 200'000) {
    for (std::size_t n = 0; !holds(); ++n) {
      if (n == most) throw std::runtime_error("the condition does not come to hold");
      if (!step()) throw std::runtime_error("nothing is left to run, and the condition does not hold");
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }
  }
  // Until every task has ended.
  void run_to_the_end() {
    run_until([this] { return going_on_ == 0; });
  }

  // What a coroutine returns, driven to its end.
  template <class T>
  T result_of(boost::asio::awaitable<T> work) {
    std::optional<T> got;
    start(keep(std::move(work), got));
    run_until([&got] { return got.has_value(); });
    return *std::move(got);
  }

 private:
  template <class T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& to) {
    to.emplace(co_await std::move(work));
  }

  std::size_t steps_ = 0, going_on_ = 0;
  std::exception_ptr failure_;
};

}  // namespace pawl::testing
