// Coroutines that belong together: started one by one, awaited together. Network thread only.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/model/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <utility>

namespace pawl::async {

class task_group {
 public:
  // `on_failure` (may be empty) is called when the first task ends with an exception; the others go on. The
  // group must outlive its tasks: wait for them.
  explicit task_group(boost::asio::io_context& io, std::function<void()> on_failure = {})
      : io_(io), ended_(io), on_failure_(std::move(on_failure)) {}
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  void start(boost::asio::awaitable<void> task);

  std::size_t size() const noexcept { return size_; }  // tasks that go on
  bool has_failed() const noexcept { return static_cast<bool>(failure_); }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

  // `co_await group.change()` returns when a task ends, or at `until`. The caller looks at its condition
  // again.
  wakeup::sleeping change(time_point until = time_point::max()) { return ended_.sleep(until); }
  // Until all have ended.
  boost::asio::awaitable<void> wait();
  // The same; the first exception of any comes out here.
  boost::asio::awaitable<void> join();
  // As wait(), for a caller that is no coroutine: runs the context meanwhile.
  void run_until_empty();

 private:
  void on_end(const std::exception_ptr& error);

  boost::asio::io_context& io_;
  wakeup ended_;
  std::function<void()> on_failure_;
  std::size_t size_ = 0;
  std::exception_ptr failure_;
};

}  // namespace pawl::async
