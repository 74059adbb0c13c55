// Writes how far a run is, in one line. Pure: takes counters, time and width.
#pragma once

#include "config/settings.hpp"
#include "engine/api/profile.hpp"
#include "engine/app/rate_meter.hpp"
#include "engine/client/progress.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace pawl::cli {

// The window that limits a long run most; nullopt: unlimited.
std::optional<rate_window> tightest(const policy::pacer_options&);

// "58.9/min of 60/min": in the unit of the limit; "12/s" without a limit.
std::string rate_in_words(double per_second, const std::optional<rate_window>& limit);

// The time until the last write: what the quota allows at best, or what the measured rate promises if that is
// longer. nullopt: not known yet, because no quota limits the run and nothing was measured, or because no row
// moves. `reads_first`: each row is read too, which counts where reads and writes share a limit.
std::optional<duration> eta(const policy::pacer_options&, std::uint64_t rows_left,
                            std::optional<double> writes_per_second, duration measured_for,
                            bool reads_first = false) noexcept;

// The contents of the line. `limit` is the number of jobs that --limit lets this invocation take.
struct progress_view {
  std::uint64_t rows = 0, done = 0, failures = 0, retries = 0;
  std::optional<double> writes_per_second;
  std::optional<rate_window> limit;
  std::uint32_t at_once = 0;  // the limit in use if --concurrency is auto; 0: the limit is fixed
  std::optional<duration> eta;
  std::string waits_for;  // empty: rows move
  std::optional<duration> waits_left;
};
progress_view look(const client::progress_counters&, const policy::pacer_options& writes,
                   const app::rate_meter&, time_point now);

// `6,113/10,000 (61%)  58.9/min of 60/min  3 retries  2 failures  ETA 1 h 05 min  waiting for quota, 18 s`.
// Parts that do not fit into `width` columns are left out, the least needed first; 0: there is no bound.
std::string render(const progress_view&, std::size_t width);

// How often the line is shown. Chosen: five times a second if it is redrawn in place; else once every 10 s in
// the first 10 minutes, then once a minute.
std::chrono::milliseconds progress_interval(config::progress_kind, duration elapsed) noexcept;

// Makes `automatic` into `line` on a terminal, `plain` elsewhere, and `none` if only errors are wanted. A
// `line` that cannot be redrawn becomes `plain`.
config::progress_kind choose_progress(config::progress_kind wanted, bool can_redraw, int verbosity) noexcept;

}  // namespace pawl::cli
