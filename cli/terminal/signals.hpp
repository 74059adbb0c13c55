// SIGINT, SIGTERM and SIGHUP as facts: counted by an async-signal-safe handler, so that they are seen while
// the main thread reads a file as well as while it runs the network. One watch at a time per process.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <atomic>
#include <functional>
#include <string_view>

namespace pawl::cli {

class signal_watch {
 public:
  // Installs the handlers; system calls that block are interrupted (EINTR). Ignores SIGPIPE.
  signal_watch();
  ~signal_watch();  // puts back what was there
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  // The number of the first one that came; 0: none.
  int first() const noexcept;
  // True from the first one on; for loops that do not run on an io_context.
  const std::atomic<bool>& came() const noexcept;

  // Calls `on_signal(number, how_many_so_far)` for each signal, also for those that came before, until
  // stop(), which ends one watch, also one that has not started yet. One after another. Network thread; the
  // watch must outlive the coroutine's end.
  boost::asio::awaitable<void> watch(boost::asio::io_context&, std::function<void(int, int)> on_signal);
  void stop();

 private:
  boost::asio::posix::stream_descriptor* reader_ = nullptr;  // while watch() runs
  bool stopped_ = false;                                     // before watch() began
};

std::string_view signal_name(int number) noexcept;

}  // namespace pawl::cli
