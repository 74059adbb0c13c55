// A request to stop, by a signal handler or by another thread of the program. After the first one, requests
// on the wire are finished; after the second, nothing is waited for.
#pragma once

#include <array>
#include <atomic>
#include <string_view>

namespace pawl::app {

class stop_request {
 public:
  // Throws std::system_error if it gets no pipe.
  stop_request();
  ~stop_request();
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;

  // `number` is that of the signal (2 for SIGINT, ...); the exit code tells the first one. Any thread;
  // async-signal-safe.
  void ask(int number) noexcept;

  // The number of the first request; 0: there was none.
  int first() const noexcept { return first_; }
  // True from the first request on; for loops outside of the network thread.
  const std::atomic<bool>& came() const noexcept { return any_; }
  // Readable while an ask() has not been read; each ask() is one byte, its number.
  int descriptor() const noexcept { return wake_[0]; }

 private:
  std::atomic<int> first_{0};
  std::atomic<bool> any_{false};
  std::array<int, 2> wake_{-1, -1};  // a pipe, which wakes the network thread
  static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);
};

// Is never asked; one for the whole program, on any thread.
stop_request& nobody_stops();

// "SIGINT", "SIGTERM", "SIGHUP"; "signal" for any other.
std::string_view signal_name(int number) noexcept;

}  // namespace pawl::app
