// Forecasts how long a run will take, job by job in input order, before its first write. It computes how the
// windows of both classes, the worker slots and the reply time let the requests through. Pure; a second of
// the run takes microseconds here.
//
// The model is a run without chance: every reply takes the same time, nothing is throttled, nobody else uses
// the key. A slot takes the next job, waits until its write is nearly due, reads, and writes if that is
// needed, and reads once more where the API shows a write in no other way. A window lets a request leave when
// the request `limit` places before it was answered one window length ago (policy/pacer). Where a resource
// has limits of its own, a job that has to wait for them leaves its slot to others, and jobs of one id go one
// at a time.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/each_limits.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/ring_queue.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <span>
#include <tuple>
#include <unordered_map>
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
  window_schedule(const policy::pacer_options&, policy::request_kind, std::span<const duration> past);
  // Those that the classes share.
  static window_schedule of_both(const policy::pacer_options&, std::vector<past_request> past);

  // The earliest time from `at` on at which a request of this kind may leave; `all`: with these, itself among
  // them.
  duration next(duration at, policy::request_kind kind) const noexcept {
    return next(at, kind, policy::request_counts::of(kind));
  }
  duration next(duration at, policy::request_kind, const policy::request_counts& all) const noexcept;
  // A request leaves at `left` and is answered at `answered`. Answers come in the order of the requests.
  void take(duration left, duration answered, policy::request_kind) noexcept;

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
  // Spread: between two of a class, and when its next one may leave (as policy::pacer does it).
  std::array<duration, 2> spacing_{}, schedule_{};
};

struct forecast_options {
  policy::pacer_options writes, reads;
  std::uint32_t concurrency = 16;
  bool read_first = true;
  bool read_after = false;      // each write is followed by a read that shows it
  duration reply_time{};        // the same for a read and a write
  std::uint64_t looked_up = 0;  // reads before the first job, which finds out by them whose they are
  // How long ago the requests that the windows hold already were answered.
  std::vector<duration> past_writes, past_reads;
  // The limits of one resource, with what they hold at `now`; unset: there are none.
  std::optional<policy::each_limits> each = std::nullopt;
  time_point now{};
};

enum class forecast_job : std::uint8_t {
  write,    // read (with read_first) and written, and read once more (with read_after)
  settled,  // the read concludes it
};

class run_forecast {
 public:
  explicit run_forecast(const forecast_options&);

  // Adds the next job in input order. `id`: a hash of its id, which counts only where a resource has limits.
  void add(forecast_job, std::uint64_t id = policy::kept_quota::no_id);
  // After the last one, before the figures are asked for.
  void finish();

  // From the start of the run, which first asks who the key belongs to, to the last answer.
  duration needed() const noexcept { return end_; }
  // The requests so far, with the question who the key belongs to.
  std::uint64_t reads() const noexcept { return reads_sent_; }
  std::uint64_t writes() const noexcept { return writes_sent_; }

 private:
  struct job {
    forecast_job is = forecast_job::write;
    std::uint64_t id = 0;
    bool has_looked = false;  // a free read has shown that it needs a write, which then had to wait
  };
  using ready_job = std::tuple<duration, std::uint64_t, std::uint64_t>;  // when, turn, id

  duration next(duration at, policy::request_kind, const policy::request_counts& all) const;
  void send(duration& at, policy::request_kind, const policy::request_counts& all, std::uint64_t id);
  bool is_held(job&, duration& at);
  void look_up(std::uint64_t reads);
  void carry_out(const job&, duration at);
  bool starts(job&, duration from);
  void start_ready(duration until);
  void forget_idle();

  bool read_first_, read_after_;
  duration reply_time_;
  window_schedule writes_, reads_, shared_;
  std::optional<policy::each_limits> each_;
  time_point began_;
  std::priority_queue<duration, std::vector<duration>, std::greater<>> slots_;  // when each slot is free
  // Of ids with limits of their own: jobs that wait for an earlier one or for the limits, in input order, the
  // first of each among the ready ones; and until when the last one that was carried out is under way.
  struct line {
    policy::ring_queue<job> waiting;
    duration busy_until{};
  };
  std::unordered_map<std::uint64_t, line> of_id_;
  std::priority_queue<ready_job, std::vector<ready_job>, std::greater<>> ready_;
  std::uint64_t turns_ = 0;
  std::size_t most_lines_ = 65'536;  // then those that tell nothing any more are dropped
  duration end_{};
  std::uint64_t reads_sent_ = 0, writes_sent_ = 0;
};

// How long before `now` the requests of a class were answered, by its entries, and by its minutes where those
// know of more; one in flight counts as answered now.
std::vector<duration> ages_of(const policy::kept_quota&, std::chrono::nanoseconds now);

}  // namespace pawl::plan
