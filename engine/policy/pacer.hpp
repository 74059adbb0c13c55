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

#include "engine/api/profile.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/quota_window.hpp"
#include "engine/policy/rate_headers.hpp"
#include "engine/policy/ring_queue.hpp"
#include "engine/policy/throttle_gate.hpp"
#include "engine/policy/waiting_line.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace pawl::policy {

struct pacer_options {
  // All hold together; empty: unlimited. Limits and lengths are above zero (config refuses others).
  std::vector<rate_window> windows;
  double reserve = 0.0;        // share left to others, 0..0.99: a limit of 60 with 0.2 is used as 48
  bool spread = false;         // space sends evenly instead of as early as the windows allow
  bool early_release = false;  // for APIs known to count on arrival
};

// A wait that the API asked for.
struct asked_pause {
  time_point until{};
  asking_header by = asking_header::none;  // none: no header said it; a throttled reply is backed off from
  bool operator==(const asked_pause&) const = default;
};
// The one that ends later; unset: neither is there.
inline std::optional<asked_pause> later_of(const std::optional<asked_pause>& a,
                                           const std::optional<asked_pause>& b) noexcept {
  if (!a || !b) return a ? a : b;
  return a->until >= b->until ? a : b;
}

// A limit of the API for a window as long as a configured one, and another than that.
struct contradiction {
  rate_window configured, said;
  bool operator==(const contradiction&) const = default;
};

// One taken slot as it survives the process (client/quota_file maps these). Times are nanoseconds of the
// caller's epoch (boot_clock_now() in the state file); 0 in `closed` while the request is in flight; both 0:
// unused.
//
// An entry is always assigned whole: `check` goes with it. One that was torn or altered is not sound, and
// counts as closed just now, the worst that it can have said. (Zeros are not sound either.)
struct slot_entry {
  std::int64_t sent = 0;
  std::int64_t closed = 0;
  std::uint64_t check = check_of(sent, closed);

  bool is_sound() const noexcept { return check == check_of(sent, closed); }
  bool is_unused() const noexcept { return is_sound() && sent == 0 && closed == 0; }

  // No secret: it tells accidents, not people who know it. Odd constants of SplitMix64.
  static constexpr std::uint64_t check_of(std::int64_t sent, std::int64_t closed) noexcept {
    std::uint64_t x = static_cast<std::uint64_t>(sent) + 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x += static_cast<std::uint64_t>(closed);
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
};

class pacer {
 public:
  enum class ticket : std::uint64_t {};
  enum class slot : std::uint32_t {};

  // How many entries survive a restart under these options (0: unlimited): the largest limit and 1,024 more
  // (chosen: also a run with a larger --rate finds its past), at most 1,048,576 (16 MiB). With a limit beyond
  // that, a restart takes what it has no entry for as closed with the oldest entry: it waits, never exceeds.
  static std::size_t entries_needed(const pacer_options&);

  // `entries` (entries_needed() of them, or empty: nothing survives) is owned by the caller, outlives the
  // pacer and is written through at every step, so that a killed process leaves what the next one needs.
  // Entries found in it count at once; one still in flight counts as closed at `now`. `now_in_entry_clock` is
  // `now` on the clock of the entries, which must run at the pace of `clock` from then on.
  pacer(const pacer_options&, std::span<slot_entry> entries, time_point now,
        std::chrono::nanoseconds now_in_entry_clock);

  // The line of waiting requests, first come first served.
  ticket join(time_point now);
  void leave(ticket);  // of a ticket that was granted or has left: nothing happens
  // About when this ticket will be granted; never before `now`, exact when nothing else happens. For the head
  // the earliest possible time; for others requests in flight, and those before it in line, are taken to last
  // the mean reply time. O(line).
  time_point due(ticket, time_point now) const;

  // The slot, or a time strictly later than `now` at which to ask again. Only the head of the line is
  // granted; the ticket leaves the line with the grant. The head's time is the earliest at which it could be
  // granted: it moves earlier only by give_back() (and by closed() of a slot, never before that time).
  std::variant<slot, time_point> acquire(ticket, time_point now);

  // For a shell with one timer per class: wake the head at next_due(), and look again after every join,
  // leave, grant, give_back and closed. Nothing while the line is empty; `now` if the head may go at once.
  std::optional<ticket> head() const noexcept;
  std::optional<time_point> next_due(time_point now) const;

  void sent(slot, time_point now);       // the first byte leaves
  void give_back(slot, time_point now);  // nothing was sent
  // The reply has arrived, or the connection is closed (`facts` empty). `jitter01` spreads a gate by 0-500
  // ms. A connection that breaks after the grant is closed, not given back, unless no byte was written.
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
  bool unlimited() const noexcept { return configured_ == 0; }

 private:
  static constexpr std::uint32_t no_entry = 0xffff'ffff;
  static constexpr std::size_t max_learned = 4;  // chosen: more windows than any API seen names

  // A granted request until it is closed or given back.
  struct grant {
    time_point at{};                 // granted, then sent
    std::uint64_t number = 0;        // how many there were before it
    std::uint32_t entry = no_entry;  // where it stands in entries_
    slot_entry before{};             // what stood there
  };
  // A window that replies taught, beside the configured ones.
  struct learned {
    time_point expires{};  // unless a reply confirms it
    bool exact = false;    // the header named its length
  };

  std::uint32_t usable(std::uint32_t limit) const noexcept;
  void load(time_point now);
  std::int64_t in_entry_clock(time_point) const noexcept;
  duration discount(const quota_window&) const noexcept;
  std::uint64_t& held_at_grant(std::uint32_t grant_index, std::size_t window) noexcept;
  bool active(std::size_t window, time_point now) const noexcept;
  void expire(time_point now) noexcept;
  time_point room_at(std::uint64_t k, time_point now, duration latency) const;
  time_point head_due(time_point now) const;
  slot take(time_point now);
  void free_grant(std::uint32_t index);
  void learn(const rate_facts&, std::uint32_t grant_index, time_point now);
  void hold_against_config(const rate_facts&, time_point now);
  quota_window* match(const rate_facts&, time_point now) noexcept;
  quota_window* adopt(const rate_facts&, time_point now);

  double reserve_;
  bool early_release_;
  std::size_t configured_;             // windows_ from here on are learned
  std::vector<quota_window> windows_;  // at most configured_ + max_learned
  std::vector<learned> learned_;       // of windows_[configured_ + i]
  duration spacing_{};                 // spread: between two sends; 0: as early as the windows allow
  time_point schedule_ = time_point::min();

  std::span<slot_entry> entries_;
  std::chrono::nanoseconds entry_epoch_{};  // entry clock minus our clock
  ring_queue<std::uint32_t> reusable_;  // entries not in flight: unused first, then by closing, oldest first

  waiting_line line_;
  throttle_gate gate_;
  // The limit of replies that do not name its window, since when it was said, and its longest reset since.
  struct unnamed_window {
    std::uint64_t limit = 0;
    time_point since{};
    duration longest_reset{};
  };
  unnamed_window unnamed_;
  std::optional<contradiction> contradiction_;
  bool contradiction_told_ = false;
  asked_pause used_up_{time_point::min(), {}};     // a window of the API that is longer than ours
  asking_header taught_by_ = asking_header::none;  // the last reply that held back more than our own use
  std::vector<grant> grants_;
  std::vector<std::uint64_t> held_at_grant_;  // per grant, and of each window: slots held before it
  std::vector<std::uint32_t> free_grants_;
  std::uint32_t in_flight_ = 0;
  std::uint64_t granted_ = 0;  // without those given back

  duration mean_reply_{};  // smoothed by eighths (RFC 6298 does so with round trips)
  std::optional<duration> fastest_reply_;
};

}  // namespace pawl::policy
