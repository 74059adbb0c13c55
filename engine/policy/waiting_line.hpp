// A line of waiting requests, first come first served, which anyone may leave. Pure bookkeeping: it knows no
// time.
#pragma once

#include "engine/policy/ring_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pawl::policy {

// Places are numbered in the order of joining. Somebody who leaves from the middle leaves a gap; gaps are
// swept when they outnumber the waiting, so everything but rank() costs O(1) amortised (leave: one binary
// search).
class waiting_line {
 public:
  std::uint64_t join() {
    places_.push_back({next_, false});
    return next_++;
  }

  // Leaving twice, or after being served, does nothing.
  void leave(std::uint64_t number) {
    const auto at = find(number);
    if (!at) return;
    places_[*at].left = true;
    ++gaps_;
    drop_gaps_in_front();
    if (gaps_ > min_gaps && gaps_ > size()) sweep();
  }

  bool empty() const noexcept { return places_.empty(); }
  std::size_t size() const noexcept { return places_.size() - gaps_; }
  // The first in line; the line must not be empty.
  std::uint64_t head() const noexcept { return places_.front().number; }
  void serve_head() noexcept {
    places_.pop_front();
    drop_gaps_in_front();
  }

  // How many stand before this one; nothing if it does not stand in line. O(line).
  std::optional<std::size_t> rank(std::uint64_t number) const noexcept {
    const auto at = find(number);
    if (!at) return std::nullopt;
    if (gaps_ == 0) return at;
    std::size_t before = 0;
    for (std::size_t i = 0; i < *at; ++i) before += places_[i].left ? 0u : 1u;
    return before;
  }

 private:
  struct place {
    std::uint64_t number = 0;
    bool left = false;
  };
  static constexpr std::size_t min_gaps = 32;  // chosen: below it a sweep is not worth its loop

  std::optional<std::size_t> find(std::uint64_t number) const noexcept {
    std::size_t low = 0, high = places_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (places_[middle].number < number)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == places_.size() || places_[low].number != number || places_[low].left) return std::nullopt;
    return low;
  }
  // Keeps the front a waiting one, so that head() needs no search.
  void drop_gaps_in_front() noexcept {
    while (!places_.empty() && places_.front().left) {
      places_.pop_front();
      --gaps_;
    }
  }
  void sweep() noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (!places_[i].left) places_[kept++] = places_[i];
    while (places_.size() > kept) places_.pop_back();
    gaps_ = 0;
  }

  ring_queue<place> places_;
  std::size_t gaps_ = 0;
  std::uint64_t next_ = 1;
};

}  // namespace pawl::policy
