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

  // Chosen: requests that are held at the same time, 24 bytes each, for each window.
  static constexpr std::size_t usual_most = std::size_t{1} << 20;

  explicit each_limits(std::span<const rate_limit> limits, std::size_t most = usual_most);

  bool is_empty() const noexcept { return windows_.empty(); }

  // What an earlier process has sent of one class: entries of which a pacer has settled those that were in
  // flight, and their ids. Without ids, or where older entries were overwritten, any id may have been meant.
  // Before the first request; `now_in_entry_clock` as for the pacer.
  void load(request_kind, const kept_quota&, time_point now, std::chrono::nanoseconds now_in_entry_clock);

  // When a request about the id may leave, if nothing else happens; `now`: at once. It stays so until take(),
  // as long as no other request about this id is under way.
  time_point due(id_hash, request_kind, time_point now);
  // It leaves; it has ended (answered or not).
  void take(id_hash, request_kind);
  void closed(id_hash, request_kind, time_point now);

  // How many requests are held, in the window that holds most.
  std::size_t held() const noexcept;

 private:
  struct use {
    time_point at{};
    id_hash id = 0;
    std::uint32_t cost = 0;
  };
  struct window {
    rate_limit limit;
    ring_queue<use> closed;                         // in the order of time
    std::unordered_map<id_hash, std::uint64_t> of;  // held: in flight and closed
    std::uint64_t of_any = 0;                       // closed, of ids that are not known
    std::size_t in_flight = 0;

    std::uint32_t cost(request_kind kind) const noexcept {
      return kind == request_kind::read ? limit.read_cost : limit.write_cost;
    }
    void let_go(id_hash, std::uint64_t cost);
    void expire(time_point now);
    void close(const use&);
  };
  time_point due(window&, id_hash, std::uint32_t cost, time_point now) const;

  std::vector<window> windows_;
  std::size_t most_;
};

}  // namespace pawl::policy
