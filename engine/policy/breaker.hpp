// Holds a run while the API is down, so that an outage charges no job. Pure: the runner feeds it what came of
// attempts and probes, and asks it before each connection.
//
//   closed     all may go. Failures in a row open it, of two ids at least or of reads and writes: one bad
//              row is no outage. Where all failures are one row's and there is a probe, it is asked whether
//              reads fail.
//   open       nobody may go; probes (one cheap read each) ask whether the API is back.
//   half open  a probe was answered: one job may try. Its end closes or opens again.
//
// Reads and writes are counted apart: an API that answers reads and fails every write is down for a run, and
// only an answered write (or a trial that ended without need of one) closes it.
//
// An opening whose first probe is answered was no outage (some rows fail by themselves); one whose probe or
// trial fails is confirmed, and then no failure since the last sign of life is charged to a job.
#pragma once

#include "engine/model/time.hpp"
#include "engine/policy/request_kind.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace pawl::policy {

struct breaker_options {
  // Failures in a row that open it. At most retry.max_attempts: a job alone must not use its attempts up
  // before the breaker has asked whether the API is there at all.
  std::uint32_t threshold = 5;
  bool has_probe = true;  // a read that asks for nothing but life; without one a job's own attempt does it
  // Between probes: a twelfth of the outage so far, within these bounds (chosen: the return is noticed within
  // 9 % of the outage's length, and an hour of it costs some 120 reads).
  duration shortest_pause = std::chrono::seconds{1};
  duration longest_pause = std::chrono::seconds{60};

  // For jobs that have so many attempts.
  static breaker_options of(std::uint32_t max_attempts, bool has_probe) noexcept {
    breaker_options made;
    if (max_attempts < made.threshold) made.threshold = max_attempts;
    made.has_probe = has_probe;
    return made;
  }
};

class breaker {
 public:
  enum class circuit : std::uint8_t { closed, open, half_open };
  enum class admission : std::uint8_t { free, trial, wait };

  explicit breaker(const breaker_options& options) : options_(options) {}

  circuit state() const noexcept { return state_; }

  // Before a connection is fetched for a job. `trial`: this is the one job that half open lets through; what
  // becomes of it goes to on_trial(), or it is handed back with abandon_trial().
  admission admit() noexcept;
  void abandon_trial() noexcept;

  using request = request_kind;
  enum class sign : std::uint8_t {
    life,
    outage,   // transport failure or 5xx
    foreign,  // answered by somebody else
  };
  // How an attempt ended that was let through freely. `id` tells resources apart (a hash will do): what one
  // of them meets alone is no outage, unless reads fail as well as writes.
  void on_attempt(request, sign, std::uint64_t id, time_point now) noexcept;
  // The trial: one of its requests failed, or its write was answered, or it ended without one. Where a probe
  // was answered just before, a foreign reply is about the row.
  void on_trial(sign, time_point now) noexcept;

  // When the next probe is due: only while open, and none is under way.
  std::optional<time_point> next_probe() const noexcept;
  // With has_probe: the probe leaves now. Without: half open from now on.
  void begin_probe() noexcept;
  void on_probe(bool answered, time_point now) noexcept;

  // Outages so far: openings that a failed probe or trial has confirmed.
  std::uint64_t outages() const noexcept { return outages_; }
  // Since when it is not closed.
  std::optional<time_point> opened_at() const noexcept;
  bool has_probe() const noexcept { return options_.has_probe; }

 private:
  void open(time_point now) noexcept;
  void reopen(time_point now) noexcept;
  void close() noexcept;

  const breaker_options options_;
  circuit state_ = circuit::closed;
  struct row_of_failures {
    std::uint32_t count = 0;
    std::uint64_t first_id = 0;
    bool several_ids = false;
  };
  std::array<row_of_failures, 2> failures_{};  // in a row, of reads and of writes
  std::uint64_t outages_ = 0;
  bool confirmed_ = false;  // of the present opening
  bool probing_ = false, trial_taken_ = false;
  bool suspects_ = false;  // closed, but one row has failed so often that the probe is asked
  time_point opened_at_{}, next_probe_{};
};

}  // namespace pawl::policy
