// One window of a quota as the pacer sees it: how many of its slots are held now, and when they come free.
// Pure: time is an argument. The pacer owns its windows and tells them what happens.
//
// A request holds as many slots as it costs in this window, all of them while it is in flight and for one
// window length after it closed. Closings are reported in the order of time, so a queue of closing times has
// the next slots to come free in front, and counting is exact at O(1) per request. (A heap of release times
// would do the same at O(log n).)
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/ring_queue.hpp"

#include <cstdint>

namespace pawl::policy {

class quota_window {
 public:
  struct closing {
    time_point at{};
    std::uint64_t count = 0;
  };

  // `usable`: how many of `of.limit` slots this pacer may hold (the rest is reserved for others), at least 1
  // and what one request costs.
  quota_window(const rate_window& of, std::uint32_t usable);

  const rate_window& window() const noexcept { return window_; }
  std::uint32_t usable() const noexcept { return usable_; }
  duration length() const noexcept { return window_.length; }
  void lengthen(duration to) noexcept;

  // A request of that cost leaves; it was not sent; it closed at `at`.
  void take(std::uint64_t cost) noexcept {
    in_flight_ += cost;
    taken_ += cost;
  }
  void give_back(std::uint64_t cost) noexcept {
    in_flight_ -= cost;
    taken_ -= cost;
  }
  void land(time_point at, std::uint64_t cost) {
    in_flight_ -= cost;
    close(at, cost);
  }
  // `count` slots, of requests that did not leave through take(), closed at `at`. What is reported out of
  // order counts as closed with the latest before it.
  void close(time_point at, std::uint64_t count = 1);

  // Lets go of what has come free by `now`. `discount` shortens the hold after a closing (early release).
  void expire(time_point now, duration discount) noexcept {
    const duration held_for = window_.length - discount;
    while (!queue_.empty() && queue_.front().at + held_for <= now) {
      closed_ -= queue_.front().count;
      queue_.pop_front();
    }
    if (stage_count_ > 0) expire_foreign(now);
  }

  // After expire(now): are so many slots free?
  bool has_room(std::uint64_t slots) const noexcept {
    const std::uint64_t own = held() + slots;
    return own <= usable_ && own + foreign_ <= server_limit_;
  }

  // When `slots` more are free, after others have taken `before`, if nothing else happens. Requests in flight
  // are taken to close at `now + latency`. Needs no expire(); may be earlier than `now`.
  time_point room_at(std::uint64_t before, std::uint64_t slots, time_point now, duration latency,
                     duration discount) const noexcept;

  // The same with nobody before, if all that the server counts were ours.
  time_point own_room_at(std::uint64_t slots, time_point now, duration discount) const noexcept;

  // The server counts `count` requests that are not ours, against its limit `of`, until `until`.
  void hold_foreign(std::uint64_t count, time_point until, std::uint64_t of) noexcept;
  std::uint64_t foreign() const noexcept { return foreign_; }  // as of the last expire()

  std::uint64_t closed() const noexcept { return closed_; }  // held after closing, as of the last expire()
  std::uint64_t held() const noexcept { return in_flight_ + closed_; }  // likewise
  std::uint64_t taken() const noexcept { return taken_; }               // by all requests so far
  const ring_queue<closing>& closings() const noexcept { return queue_; }

 private:
  struct stage {
    std::uint64_t count = 0;
    time_point until{};
  };
  static constexpr std::size_t max_stages = 8;  // chosen: further ones merge into the last

  void expire_foreign(time_point now) noexcept;
  time_point release_of(std::uint64_t nth, duration discount) const noexcept;

  rate_window window_;
  std::uint32_t usable_;
  std::uint64_t server_limit_;  // what own and foreign requests share
  duration grain_{};            // closings this close together share a queue entry; 0: never

  ring_queue<closing> queue_;
  std::uint64_t closed_ = 0, in_flight_ = 0, taken_ = 0;

  // Foreign use as a falling staircase: `count` shrinks and `until` grows from front to back, so the front is
  // what holds now. (One pair of the largest count and latest time would keep an old peak alive for ever.)
  stage stages_[max_stages];
  std::size_t stage_count_ = 0;
  std::uint64_t foreign_ = 0;
};

}  // namespace pawl::policy
