// Holds a run while the API is down, so that an outage charges no job. Pure: the runner feeds it what came of
// attempts and probes, and asks it before each connection.
//
//   closed     all may go. Failures in a row open it.
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
};

class breaker {
 public:
  enum class state : std::uint8_t { closed, open, half_open };
  enum class admission : std::uint8_t { free, trial, wait };

  explicit breaker(const breaker_options& options) : options_(options) {}

  state is() const noexcept { return state_; }

  // Before a connection is fetched for a job. `trial`: this is the one job that half open lets through; what
  // becomes of it goes to on_trial(), or it is handed back with abandon_trial().
  admission admit() noexcept;
  void abandon_trial() noexcept;

  enum class request : std::uint8_t { read, write };
  // How an attempt ended that was let through freely: `outage` as judged (transport failure or 5xx).
  void on_attempt(request, bool outage, time_point now) noexcept;
  // The trial: one of its requests failed, or its write was answered, or it ended without one.
  void on_trial(bool outage, time_point now) noexcept;

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
  state state_ = state::closed;
  std::array<std::uint32_t, 2> failures_in_a_row_{};  // of reads, of writes
  std::uint64_t outages_ = 0;
  bool confirmed_ = false;  // of the present opening
  bool probing_ = false, trial_taken_ = false;
  time_point opened_at_{}, next_probe_{};
};

}  // namespace pawl::policy
