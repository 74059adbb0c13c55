#include "cli/terminal/progress_display.hpp"

#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace pawl::cli {

namespace {
// The longest time between two readings of the counters for the rate (chosen).
constexpr auto read_every = std::chrono::milliseconds{1000};
}  // namespace

void progress_display::show(const client::progress_counters& counters, const policy::pacer_options& writes,
                            time_point now) {
  if (kind_ == config::progress_kind::none) return;
  auto view = cli::look(counters, writes, meter_, now);
  if (hours_ && view.eta) {
    const auto wall = wall_now();
    view.eta = hours_->end_of(*view.eta, wall) - wall;
  }
  if (kind_ == config::progress_kind::line)
    console_.live(render(view, console_.width() - 1));
  else
    log_.progress(render(view, 0));
}

void progress_display::tell_wait(const client::progress_counters& counters, time_point now) {
  const auto& why = counters.waits_for;
  if (why == told_wait_) return;
  if (why.empty())
    log_.detail(fmt::format("going on after {}", in_words(now - waits_since_)));
  else if (counters.waits_until && *counters.waits_until > now)
    log_.detail(fmt::format("waiting for {}, {}", why, in_words(*counters.waits_until - now)));
  else
    log_.detail(fmt::format("waiting for {}", why));
  told_wait_ = why;
  waits_since_ = now;
}

time_point progress_display::look(const client::progress_counters& counters,
                                  const policy::pacer_options& writes, time_point now) {
  if (!started_) {
    started_ = now;
    next_shown_ = now + (kind_ == config::progress_kind::line ? std::chrono::milliseconds{0}
                                                              : progress_interval(kind_, duration::zero()));
  }
  meter_.read(now, counters.figures.writes);
  tell_wait(counters, now);
  if (counters.foreign_use && !told_of_foreign_use_) {
    told_of_foreign_use_ = true;
    log_.warning("the API counts more requests on this key than were sent from here: somebody else uses it");
  }
  if (now >= next_shown_) {
    show(counters, writes, now);
    next_shown_ += progress_interval(kind_, now - *started_);
    // After the machine has slept, this shows one line instead of all that were missed.
    next_shown_ = std::max(next_shown_, now);
  }
  return std::min<time_point>(next_shown_, now + read_every);
}

void progress_display::over() {
  console_.live({});
}

}  // namespace pawl::cli
