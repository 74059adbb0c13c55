// Exact limits of requests or points: several windows hold together, and everything is counted exactly. It
// knows no socket and no clock. It shares no code with the engine, so that it can prove the engine's pacer
// wrong.
#pragma once

#include "tests/sandbox/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace sandbox {

struct window_limit {
  std::uint64_t limit = 0;
  time_us length = 0;  // of the window, > 0

  bool operator==(const window_limit&) const = default;
};

// Reads `60/60s,20/10s`, `60/min`, `1000/m`, `250000/day`; `off` and an empty text give an empty list. `day`
// is how long the unit `day` lasts: a test may let a day pass in a minute. Absent: the text cannot be read.
inline constexpr time_us true_day = 86'400 * one_second;
std::optional<std::vector<window_limit>> parse_limits(std::string_view, time_us day = true_day);

enum class limit_kind : std::uint8_t {
  sliding,  // a log of counted times: never more than `limit` in (t - length, t], for every t
  fixed,    // windows aligned to the Unix epoch, each starting empty
};
enum class enforcement : std::uint8_t {
  on,
  observe,  // counts and reports, refuses nothing
};

struct limit_rules {
  std::vector<window_limit> windows;  // reply headers describe the first one; empty: there is no limit
  limit_kind kind = limit_kind::sliding;
  enforcement enforce = enforcement::on;
  bool count_refused = false;  // whether a request that is answered 429 takes quota too
};

// One budget: requests, or points where a request may cost more than one. Times must not go back; a time that
// does counts as the latest one.
class limiter {
 public:
  explicit limiter(limit_rules);

  struct verdict {
    bool allowed = true;     // false: there was no room, or it was taken though there was none (observe)
    std::size_t window = 0;  // the window that refused (the one that frees last)
    time_us free_at = 0;     // the earliest time at which a request would be allowed
  };
  // Whether every window has room for `cost` at `now`, whatever enforcement says. It counts nothing.
  verdict check(time_us now, std::uint64_t cost = 1);
  // Counts `cost` at `now`, whether there is room or not.
  void take(time_us now, std::uint64_t cost = 1);
  // Both: counts a request that there is room for, and one that is refused if count_refused says so.
  verdict count(time_us now, std::uint64_t cost = 1);

  // What the X-RateLimit headers say about the first window at `now`. `windows` must not be empty.
  struct standing {
    std::uint64_t limit = 0;
    std::uint64_t remaining = 0;
    time_us reset_at = 0;  // fixed: end of the window; sliding: when the oldest counted request leaves it
  };
  standing report(time_us now);

  // The largest cost counted in any span of the window's length, for both kinds of window.
  std::uint64_t most_in(std::size_t window) const { return windows_[window].most; }
  std::uint64_t counted() const { return counted_; }  // the cost of all that was ever counted
  // When the first and the last request was counted; no_time: none was.
  time_us first_at() const { return first_at_; }
  time_us last_at() const { return last_at_; }
  const limit_rules& rules() const { return rules_; }

 private:
  struct entry {
    time_us at = 0;
    std::uint64_t cost = 1;
  };
  struct window_state {
    std::uint64_t first = 0;     // number of the oldest request still inside, counted from the first ever
    std::uint64_t inside = 0;    // the cost of the requests inside
    std::uint64_t most = 0;      // see most_in()
    std::int64_t fixed_no = -1;  // number of the present aligned window
    std::uint64_t fixed_count = 0;
  };
  void advance(time_us& now);
  std::uint64_t used(std::size_t window) const;
  time_us free_at(std::size_t window, std::uint64_t cost) const;
  const entry& at(std::uint64_t number) const { return log_[static_cast<std::size_t>(number - dropped_)]; }

  limit_rules rules_;
  std::vector<window_state> windows_;
  std::deque<entry> log_;      // counted requests, oldest first, as far back as the longest window
  std::uint64_t dropped_ = 0;  // requests that have left the log
  std::uint64_t logged_ = 0;   // requests ever counted
  std::uint64_t counted_ = 0;
  time_us latest_ = 0, first_at_ = no_time, last_at_ = no_time;
};

}  // namespace sandbox
