// Decides when the next request of one class (reads, or writes) may leave, so that no window of the API is
// ever exceeded. Pure: time and jitter are arguments. Network thread only.
//
// A slot is taken when a request is sent and comes free one window after its reply arrived (or its connection
// was closed). Whatever the network does, the server cannot then count more than the limit in any window,
// sliding or fixed, wherever between arrival and reply it counts:
//
//   Suppose the server counted limit + 1 requests between t (inclusive) and t + length (exclusive). Take the
//   one that we granted last, at `a`, before the server counted it: a < t + length. Each other one was closed
//   here after the server counted it, so not before t, and comes free not before t + length, which is after
//   `a`. So all `limit` others held their slots at `a`, and the pacer granted one too many. A token bucket of
//   that size and refill allows everything that this allows.
//
// The naive ways fail: counting from the sending exceeds when a request is delayed on its way and the next
// ones are not; a token bucket here exceeds a sliding window there by up to its burst. What this costs is the
// reply time per window length (1 % where replies take 1 % of the window). Two clocks that run at different
// speed are covered by the round trip: 50 millionths (a usual crystal) of a minute are 3 ms.
//
// What cannot be known here: a server that goes on after its client has closed the connection and counts
// then.
#pragma once

#include "engine/model/time.hpp"
#include "engine/policy/kept_quota.hpp"
#include "engine/policy/pacer_options.hpp"
#include "engine/policy/rate_headers.hpp"
#include "engine/policy/request_kind.hpp"
#include "engine/policy/ring_queue.hpp"
#include "engine/policy/shared_budget.hpp"
#include "engine/policy/throttle_gate.hpp"
#include "engine/policy/waiting_line.hpp"
#include "engine/policy/window_set.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace pawl::policy {

class pacer {
 public:
  enum class ticket : std::uint64_t {};
  enum class slot : std::uint32_t {};

  // How many entries survive a restart under these options (0: unlimited): the largest limit of the windows
  // up to an hour and 1,024 more (chosen: also a run with a larger --rate finds its past), at most 1,048,576
  // (24 MiB). With a limit beyond that, a restart takes what it has no entry for as closed with the oldest
  // entry: it waits, never exceeds.
  static std::size_t entries_needed(const pacer_options&);
  // With limits of one resource: as many as may be sent within the longest of them.
  // How many minutes: none, unless a window is longer than an hour.
  static std::size_t minutes_needed(const pacer_options&);

  // The windows that this class shares with the other one, where there are any, and which class it is.
  struct share {
    shared_budget* budget = nullptr;
    request_kind kind = request_kind::write;
  };

  // `kept` (as many as are needed, or empty: nothing survives) is owned by the caller, outlives the pacer and
  // is written through at every step, so that a killed process leaves what the next one needs. What is found
  // in it counts at once; an entry still in flight counts as closed at `now`. `now_in_entry_clock` is `now`
  // on the clock of the entries, which must run at the pace of `clock` from then on. The budget outlives the
  // pacer.
  pacer(const pacer_options& o, kept_quota kept, time_point now, std::chrono::nanoseconds now_in_entry_clock)
      : pacer(o, kept, now, now_in_entry_clock, share{}) {}
  pacer(const pacer_options&, kept_quota, time_point now, std::chrono::nanoseconds now_in_entry_clock, share);

  // The line of waiting requests, first come first served; writes with a reservation before the others.
  ticket join(time_point now);
  // Of a read that is made for a write, which stands in the line of its class (shared_budget).
  ticket join_for(ticket write, time_point now);
  void leave(ticket);  // of a ticket that was granted or has left: nothing happens
  // About when this ticket will be granted; never before `now`, exact when nothing else happens. For the head
  // the earliest possible time; for others requests in flight, and those before it in line, are taken to last
  // the mean reply time. O(line). A head that looks is not overtaken by the other class (shared_budget).
  time_point due(ticket, time_point now);

  // The slot, or a time strictly later than `now` at which to ask again. Only the head of the line is
  // granted; the ticket leaves the line with the grant. The head's time is the earliest at which it could be
  // granted: it moves earlier only by give_back() (and by closed() of a slot, never before that time).
  std::variant<slot, time_point> acquire(ticket, time_point now);

  // For a shell with one timer per class: wake the head at next_due(), and look again after every join,
  // leave, grant, give_back and closed. Nothing while the line is empty; `now` if the head may go at once.
  std::optional<ticket> head() const noexcept;
  std::optional<time_point> next_due(time_point now) const;

  // The first byte leaves; `id`: a hash of the id of its resource.
  void sent(slot, time_point now, std::uint64_t id = kept_quota::no_id);
  void give_back(slot, time_point now);  // nothing was sent
  // The reply has arrived, or the connection is closed (`facts` empty). A throttled one closes the gate that
  // `facts` names. `jitter01` spreads a gate by 0-500 ms. A connection that breaks after the grant is closed,
  // not given back, unless no byte was written.
  void closed(slot, time_point now, const std::optional<rate_facts>& facts, double jitter01);

  // Nothing of this class leaves before then: what throttled replies have asked for, or a backoff.
  std::optional<time_point> gated_until(time_point now) const;
  // What the API asks the next request to wait for: the gate, or, while anybody stands in line, what replies
  // have said of the windows (nothing left until the reset, a smaller limit). Nothing where only the
  // configured limits hold it.
  std::optional<asked_pause> pause(time_point now) const;

  // Somebody else's use of the key that replies have shown: phantom slots now held.
  std::uint32_t phantoms() const noexcept;
  // The first one that replies have shown: their header names the window, or its resets tell its length. Told
  // once.
  std::optional<contradiction> take_contradiction() noexcept;
  std::uint32_t in_flight() const noexcept { return in_flight_; }
  std::size_t waiting() const noexcept { return line_.size(); }
  bool unlimited() const noexcept {
    return own_.is_empty() && (share_.budget == nullptr || share_.budget->windows().is_empty());
  }

 private:
  static constexpr std::uint32_t no_entry = 0xffff'ffff;

  // A granted request until it is closed or given back.
  struct grant {
    time_point at{};                 // granted, then sent
    std::uint64_t own_age = 0;       // of the windows, when it was granted
    std::uint64_t shared_age = 0;    // likewise
    std::uint32_t entry = no_entry;  // where it stands in the entries
    slot_entry before{};             // what stood there
  };

  void load(time_point now);
  std::int64_t in_entry_clock(time_point) const noexcept;
  std::uint64_t head_number() const noexcept;
  window_set::marks own_marks(std::uint32_t grant_index) noexcept;
  window_set::marks shared_marks(std::uint32_t grant_index) noexcept;
  struct due_parts {
    time_point own{}, shared{};
  };
  due_parts due_of(std::uint64_t number, time_point now) const;
  time_point head_due(time_point now) const;
  std::uint32_t new_grant();
  slot take(std::uint32_t grant_index, time_point now);
  void free_grant(std::uint32_t index);
  void learn(const rate_facts&, std::uint32_t grant_index, time_point now);

  window_set own_;
  share share_;
  duration spacing_{};  // spread: between two sends; 0: as early as the windows allow
  time_point schedule_ = time_point::min();

  kept_quota kept_;
  std::chrono::nanoseconds entry_epoch_{};  // entry clock minus our clock
  ring_queue<std::uint32_t> reusable_;  // entries not in flight: unused first, then by closing, oldest first

  waiting_line line_;
  throttle_gate gate_;
  std::vector<grant> grants_;
  std::size_t marks_per_grant_;
  std::vector<std::uint64_t> marks_;  // of each grant: of its own windows, then of the shared ones
  std::vector<std::uint32_t> free_grants_;
  std::uint32_t in_flight_ = 0;

  duration mean_reply_{};  // smoothed by eighths (RFC 6298 does so with round trips)
  bool has_mean_ = false;
};

}  // namespace pawl::policy
