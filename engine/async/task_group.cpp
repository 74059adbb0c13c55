#include "engine/async/task_group.hpp"

#include "engine/async/turns.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <utility>

namespace pawl::async {

void task_group::start(boost::asio::awaitable<void> task) {
  ++size_;
  spawn(io_, std::move(task), [this](const std::exception_ptr& error) { on_end(error); });
}

boost::asio::awaitable<void> task_group::wait() {
  while (size_ > 0) co_await ended_.sleep();
}

boost::asio::awaitable<void> task_group::join() {
  co_await wait();
  rethrow();
}

void task_group::run_until_empty() {
  io_.restart();
  while (size_ > 0) run_one(io_);
}

void task_group::on_end(const std::exception_ptr& error) {
  if (error && !failure_) {
    failure_ = error;
    if (on_failure_) on_failure_();
  }
  --size_;
  ended_.wake();
}

}  // namespace pawl::async
