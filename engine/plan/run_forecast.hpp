// Forecasts how long a run will take, job by job in input order, before its first write. It computes how the
// windows of both classes, the worker slots and the reply time let the requests through. Pure; a second of
// the run takes microseconds here.
//
// The model is a run without chance: every reply takes the same time, nothing is throttled, nobody else uses
// the key. A slot takes the next job, waits until its write is nearly due, reads, and writes if that is
// needed, and reads once more where the API shows a write in no other way. A window lets a request leave when
// the request `limit` places before it was answered one window length ago (policy/pacer).
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

// Computes when the requests of one class, or of both, may leave.
class window_schedule {
 public:
  // How long ago a request that the windows still hold at time 0 was answered.
  struct past_request {
    duration age{};
    policy::request_kind kind = policy::request_kind::write;
  };
  // The windows of one class. `past`: entries of quota_file, in any order.
  window_schedule(const policy::pacer_options&, std::span<const duration> past);
  // Those that the classes share.
  static window_schedule of_both(const policy::pacer_options&, std::vector<past_request> past);

  // The earliest time from `at` on at which so many more requests may leave.
  duration next(duration at, const policy::request_counts& = {0, 1}) const noexcept;
  // A request leaves at `left` and is answered at `answered`. Answers come in the order of the requests.
  void take(duration left, duration answered,
            policy::request_kind kind = policy::request_kind::write) noexcept;

 private:
  window_schedule(const policy::pacer_options&, std::span<const rate_limit>, std::vector<past_request> past);

  struct window {
    rate_limit limit;
    duration length{};
    std::uint64_t per_cell = 1;  // how many slots share one entry
    std::uint64_t taken = 0;
    duration begun = duration::min();  // when the first request of the present entry left
    std::vector<duration> free_at;     // when the newest `usable` requests come free, as a ring
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
  bool read_after = false;  // each write is followed by a read that shows it
  duration reply_time{};    // the same for a read and a write
  // How long ago the requests that the windows hold already were answered.
  std::vector<duration> past_writes, past_reads;
};

enum class forecast_job : std::uint8_t {
  write,    // read (with read_first) and written, and read once more (with read_after)
  settled,  // the read concludes it
};

class run_forecast {
 public:
  explicit run_forecast(const forecast_options&);

  // Adds the next job in input order.
  void add(forecast_job);

  // From the start of the run, which first asks who the key belongs to, to the last answer.
  duration needed() const noexcept { return end_; }
  // The requests so far, with the question who the key belongs to.
  std::uint64_t reads() const noexcept { return reads_sent_; }
  std::uint64_t writes() const noexcept { return writes_sent_; }

 private:
  bool read_first_, read_after_;
  duration reply_time_;
  window_schedule writes_, reads_, shared_;
  std::priority_queue<duration, std::vector<duration>, std::greater<>> slots_;  // when each slot is free
  duration end_{};
  std::uint64_t reads_sent_ = 0, writes_sent_ = 0;
};

// How long before `now` the requests of a class were answered, by its entries, and by its minutes where those
// know of more; one in flight counts as answered now.
std::vector<duration> ages_of(const policy::kept_quota&, std::chrono::nanoseconds now);

}  // namespace pawl::plan
