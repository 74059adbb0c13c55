// Waits for a condition instead of sleeping for a guessed time.
#pragma once

#include <chrono>
#include <thread>

namespace pawl::test {

// Asks every 5 ms until the answer is true or the time is over; returns the last answer. The limit is a
// watchdog and matters only if the condition never holds (default 60 s, chosen for machines under load): no
// test says with it how fast something is.
template <class Predicate>
bool wait_until(Predicate&& predicate, std::chrono::milliseconds limit = std::chrono::seconds{60}) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (predicate()) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

}  // namespace pawl::test
