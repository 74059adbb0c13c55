// The limits of one resource (`limits.each`): when the next request about it may leave. Who has to wait is an
// id and not a line: its job is parked, and others go on. Pure: time is an argument. Network thread only.
//
// The rule is that of the pacer (see the proof there), counted by id: a request holds its cost from the
// moment when it leaves until one window length after its end. An id of which nothing is held takes no
// memory. What is held in all is bounded; at the bound every id waits until the oldest closing comes free.
#pragma once

#include "engine/model/rate.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/kept_quota.hpp"
#include "engine/policy/request_kind.hpp"
#include "engine/policy/ring_queue.hpp"
#include "engine/policy/window_set.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace pawl::policy {

class each_limits {
 public:
  // A hash of the id. Ids that share one are counted together, which errs towards waiting.
  using id_hash = std::uint64_t;

  // Chosen: requests that are held at the same time, 32 bytes each, for each window.
  static constexpr std::size_t usual_most = std::size_t{1} << 20;

  explicit each_limits(std::span<const rate_limit> limits, std::size_t most = usual_most);

  bool is_empty() const noexcept { return windows_.empty(); }

  // What an earlier process has sent of one class: entries of which a pacer has settled those that were in
  // flight, and their ids. Without ids, or where older entries were overwritten, any id may have been meant.
  // Before the first request; `now_in_entry_clock` as for the pacer.
  void load(request_kind, const kept_quota&, time_point now, std::chrono::nanoseconds now_in_entry_clock);

  // When a request about the id may leave, if nothing else happens; `now`: at once. It stays so until take(),
  // as long as no other request about this id is under way.
  time_point due(id_hash id, request_kind kind, time_point now) {
    return due(id, request_counts::of(kind), now);
  }
  // When several may, one after the other: a read that is made for a write leaves when that may follow, or
  // the write would wait until the read is too old, and the next read would make it wait again.
  time_point due(id_hash, const request_counts&, time_point now);
  // It leaves; it has ended (answered or not).
  void take(id_hash, request_kind);
  void closed(id_hash, request_kind, time_point now);

  // How many requests are held, in the window that holds most.
  std::size_t held() const noexcept;

 private:
  // Closings are numbered in the order of time, and those of one id are chained by number: who asks for one
  // id does not walk over all others.
  using number = std::uint64_t;
  static constexpr number none = ~number{0};
  struct use {
    time_point at{};
    id_hash id = 0;
    std::uint32_t cost = 0;
    std::uint32_t to_next = 0;  // of the same id, so many later; 0: there is none
  };
  struct uses_of_id {
    std::uint64_t held = 0;            // in flight and closed
    number first = none, last = none;  // closed
  };
  struct window {
    rate_limit limit;
    ring_queue<use> closed;
    number front = 0;                            // of closed.front()
    std::unordered_map<id_hash, uses_of_id> of;  // of kept_quota::any_id: closed, of ids that are not known
    std::size_t in_flight = 0;

    std::uint32_t cost(request_kind kind) const noexcept {
      return kind == request_kind::read ? limit.read_cost : limit.write_cost;
    }
    uses_of_id of_id(id_hash id) const {
      const auto found = of.find(id);
      return found == of.end() ? uses_of_id{} : found->second;
    }
    number after(number n) const noexcept {
      const auto step = closed[n - front].to_next;
      return step == 0 ? none : n + step;
    }
    void expire(time_point now);
    void close(const use&);
  };
  time_point due(window&, id_hash, std::uint64_t cost, time_point now) const;

  std::vector<window> windows_;
  std::size_t most_;
};

}  // namespace pawl::policy
