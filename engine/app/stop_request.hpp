// "Stop", asked from outside: by a signal handler, or by another thread of the program. Asked once, what is
// on the wire is finished; asked again, nothing is waited for.
#pragma once

#include <array>
#include <atomic>
#include <string_view>

namespace pawl::app {

class stop_request {
 public:
  // Throws std::system_error where no pipe can be had.
  stop_request();
  ~stop_request();
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;

  // `number`: of the signal that asked (2 for SIGINT, ...); the exit code tells of the first one. Any thread,
  // and async-signal-safe.
  void ask(int number) noexcept;

  // The number of the first one that came; 0: none.
  int first() const noexcept { return first_; }
  // True from the first one on; for loops that do not run on the network thread.
  const std::atomic<bool>& came() const noexcept { return any_; }
  // Readable once for each ask() that nobody has read yet: one byte, its number.
  int descriptor() const noexcept { return wake_[0]; }

 private:
  std::atomic<int> first_{0};
  std::atomic<bool> any_{false};
  std::array<int, 2> wake_{-1, -1};  // a pipe: what wakes the network thread
  static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);
};

// "SIGINT", "SIGTERM", "SIGHUP"; "signal" for any other.
std::string_view signal_name(int number) noexcept;

}  // namespace pawl::app
