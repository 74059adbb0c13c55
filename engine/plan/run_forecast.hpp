// How long a run will take, job by job in input order, before its first write: the windows of both classes,
// the worker slots and the reply time, moved through by arithmetic. Pure; seconds of a run cost microseconds
// here.
//
// The model is the run without chance: every reply takes the same time, nothing is throttled, nobody else
// uses the key. A slot takes the next job, waits until its write is nearly due, reads, and writes if that is
// needed; a window lets a request go when the one that is `limit` before it has been answered one window ago
// (policy/pacer).
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"

#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <vector>

namespace pawl::plan {

// When the requests of one class may leave.
class window_schedule {
 public:
  // `past`: the ages of the answers that the windows still hold at time 0 (entries of quota_file), in any
  // order.
  window_schedule(const policy::pacer_options&, std::span<const duration> past);

  // The earliest time from `at` on at which one more may leave.
  duration next(duration at) const noexcept;
  // It leaves then, and is answered at `answered`. Answers come in the order of the requests.
  void take(duration left, duration answered) noexcept;

 private:
  struct window {
    duration length{};
    std::uint64_t per_cell = 1;  // requests that share one entry
    std::uint64_t taken = 0;
    duration begun = duration::min();  // when the first of the present entry left
    std::vector<duration> free_at;     // of the newest `usable` requests, as a ring
  };
  std::vector<window> windows_;
  bool early_release_;
  duration spacing_{};
  duration last_left_ = duration::min();
};

struct forecast_options {
  policy::pacer_options writes, reads;
  std::uint32_t concurrency = 16;
  bool read_first = true;
  duration reply_time{};  // of a read and of a write alike
  // What the windows hold already: how long ago each of these requests was answered.
  std::vector<duration> past_writes, past_reads;
};

enum class forecast_job : std::uint8_t {
  write,    // read (with read_first) and written
  settled,  // the read settles it
};

class run_forecast {
 public:
  explicit run_forecast(const forecast_options&);

  // The next job in input order.
  void add(forecast_job);

  // From the start of the run (it asks first who the key belongs to) to the last answer.
  duration needed() const noexcept { return end_; }
  // Requests so far, the question who the key belongs to included.
  std::uint64_t reads() const noexcept { return reads_sent_; }
  std::uint64_t writes() const noexcept { return writes_sent_; }

 private:
  bool read_first_;
  duration reply_time_;
  window_schedule writes_, reads_;
  std::priority_queue<duration, std::vector<duration>, std::greater<>> slots_;  // when each is free
  duration end_{};
  std::uint64_t reads_sent_ = 0, writes_sent_ = 0;
};

// The ages at `now` of the answers in a class's entries; one still in flight counts as answered now.
std::vector<duration> ages_of(std::span<const policy::slot_entry>, std::chrono::nanoseconds now);

}  // namespace pawl::plan
