// How many requests may be in flight at the same time, found out while they are (`--concurrency auto`): the
// knee of a server that gets slower under load, or the number above which it refuses. Pure: time is an
// argument. Network thread only. Nothing is allocated.
//
// The naive ways fail. Growing until something breaks finds no queue: a server with k places answers N > k
// requests as fast in sum, each of them N/k times later. Comparing with a moving average of the reply time
// creeps: each step is a little slower than the last, and the average follows. Comparing with the fastest
// reply seen is blind where reply times scatter. So:
//
//   Rounds. Replies to requests that left in this round, and with no more in flight than the limit, are
//   averaged, as many as may be in flight, so a round takes one to two reply times.
//
//   The knee by Little's law. With `base` the mean reply time at low load, a round of the limit L whose
//   replies took `mean` kept only L * base / mean requests at work: the others stood in a queue. The limit
//   moves half the way to that number and a slack of sqrt(L), which is about the error of such a measurement
//   (means of n replies scatter by 1/sqrt(n)). So it grows while nothing queues, and rests where about
//   sqrt(L) requests do. (The slack and the moving by gradients are those of Netflix' Gradient2; additive
//   increase, as in Vector's adaptive concurrency, takes hundreds of rounds to reach hundreds.) At the start
//   the limit doubles until a queue shows, as TCP does (RFC 5681).
//
//   The base is measured, not remembered: every 50 rounds one goes at half the limit, where a queue of
//   sqrt(L) has vanished. This costs 1-2 % of the throughput and finds a server that became slower or faster
//   by itself. A queue that appears suddenly is probed so before it is believed. (BBR does it with round trip
//   times of a network.)
//
//   Reads and writes have bases of their own: a run whose mixture changes is not a server that slows down.
//
//   Refusals (429, 503, 504, time-outs) lower the limit below the lowest number in flight at which one was
//   refused, by half at most, once for all that left before the change. That number is a ceiling for 15 s,
//   twice as long each time that it is confirmed, up to 1 min: as refusals cost a pause (429: the gate) or an
//   attempt, they are to be rare. Then one request more tries whether the ceiling has gone. A lone 503
//   among many that were served at the same level is a failure of its own and lowers nothing.
//
//   Only a limit that was needed grows: with less than half of it in flight at the peak of a round, nothing
//   was learnt. (Half, because a job also waits for its intent's commit, or for quota.)
//
//   Requests that hang since two rounds or longer (a server that drops what is too much) occupy places and
//   are no sign that more would be served: they count as slack, but for the share of such requests that were
//   answered in the end.
#pragma once

#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/request_kind.hpp"
#include "engine/policy/retry_policy.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace pawl::policy {

// What the end of an attempt says about the load of the server.
enum class load_sign : std::uint8_t {
  served,    // its reply time counts
  overload,  // it was too much: 429, 503 with Retry-After, no reply in time
  maybe,     // it may have been too much: 503, 504
  other,     // nothing: refusals are quick and say little, resets and other 5xx have many reasons
};
load_sign load_sign_of(const judgement&, const attempt_fact&) noexcept;

class concurrency_limit {
 public:
  using request = request_kind;

  // Of one request, from sent() to its replied().
  struct mark {
    time_point at{};
    std::uint32_t level = 0;  // in flight, itself included, without those that hang
    std::uint32_t round = 0;
  };

  // `most` is at least 1. It starts at 1: what is measured there is the base to begin with.
  explicit concurrency_limit(std::uint32_t most) noexcept : most_(most) {}

  // At least 1, at most `most`. More may be in flight for a while when it has fallen.
  std::uint32_t limit() const noexcept;
  std::uint32_t in_flight() const noexcept { return in_flight_; }

  mark sent(time_point now) noexcept;
  // The end of every request that was sent, whatever it was. The limit may change here and nowhere else.
  void replied(const mark&, request, load_sign, time_point now) noexcept;

 private:
  // Reply times of one class, in seconds.
  struct reply_times {
    double sum = 0, squares = 0;
    std::uint32_t count = 0;
    void add(double seconds) noexcept;
    double mean() const noexcept { return sum / count; }
    double error_of_mean() const noexcept;  // one standard deviation
  };
  struct base_time {
    double mean = 0;  // 0: not measured yet
    std::uint32_t count = 0;
  };

  void take_time(request, duration) noexcept;
  bool round_is_over(time_point now) const noexcept;
  void end_round(time_point now) noexcept;
  void begin_round(time_point now) noexcept;
  double share_at_work() const noexcept;
  void steer(time_point now) noexcept;
  bool gains(time_point now) noexcept;
  void learn_first_bases() noexcept;
  void begin_probe() noexcept;
  void end_probe() noexcept;
  void served(const mark&) noexcept;
  bool stray(const mark&) noexcept;
  void overloaded(const mark&, time_point now) noexcept;
  void try_ceiling(time_point now) noexcept;
  std::uint32_t hanging() const noexcept;
  void set(double wanted, time_point now) noexcept;

  const std::uint32_t most_;
  double limit_ = 1;
  bool starting_ = true;  // doubles until a queue or a refusal shows, or nothing is gained
  double rate_ = 0;       // replies a second in the last round, while starting

  // In flight, by the round in which they left: this one, the one before, two before, earlier.
  std::array<std::uint32_t, 4> left_in_{};
  std::uint32_t in_flight_ = 0, peak_ = 0;
  double late_served_ = 0, late_lost_ = 0;  // of those that hung, lately
  std::uint32_t round_number_ = 0;
  time_point round_began_ = time_point::min();

  std::array<reply_times, 2> times_{};  // of this round, by class
  std::array<base_time, 2> base_{};
  std::uint32_t probe_level_ = 0;  // the limit of a probe that is under way; 0: none
  std::uint32_t rounds_to_probe_ = 0;

  double ceiling_ = 0;  // 0: none
  time_point ceiling_until_{};
  duration hold_{};
  std::uint32_t rounds_above_ = 0;             // in a row, since the ceiling is tried
  time_point lowered_at_ = time_point::min();  // requests from before belong to the refusals seen then
  double lowest_ = 1;                          // how far these may lower it
  bool served_since_ = true;                   // a whole round without a refusal
  // Highest levels served: in this round, in the one before, and in an earlier one, of which neither it nor
  // the next saw a refusal. (Next to a refusal a level says little: the server no longer counted that one.)
  std::uint32_t served_now_ = 0, served_before_ = 0, proven_ = 0;
  double strays_left_ = 0;  // each served request near the limit earns a part of one
};

}  // namespace pawl::policy
