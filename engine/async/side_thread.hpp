// A thread beside the network thread that takes the same step again and again: it reads, or writes to the
// disk. What it shares with the network thread stands under a mutex of its owner. In a file of its own, so
// that a program that is linked with another one (tests/simulation) takes the steps when it likes, on the
// thread that it has.
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace pawl::async {

class side_thread {
 public:
  // What comes after a step: the next one, the next one after a nudge(), or none.
  enum class then : std::uint8_t { again, rest, end };

  // Takes the first step at once. A nudge() during a step counts: the next one then follows it. `io` is the
  // context of the network thread. `step` must not throw.
  side_thread(boost::asio::io_context& io, std::function<then()> step);
  // Waits for the step that is under way; no other begins.
  ~side_thread();
  side_thread(const side_thread&) = delete;
  side_thread& operator=(const side_thread&) = delete;

  void nudge();

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace pawl::async
