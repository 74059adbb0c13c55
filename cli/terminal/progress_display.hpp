// Shows how a run moves: decides which line is shown when. The caller waits between the calls of look().
#pragma once

#include "cli/render/progress_line.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/log.hpp"

#include <optional>
#include <string>

namespace pawl::cli {

class progress_display {
 public:
  // Console and log must outlive it. `kind` is not `automatic`.
  progress_display(config::progress_kind kind, const std::optional<policy::write_hours>& hours, console& out,
                   log& to)
      : kind_(kind), hours_(hours), console_(out), log_(to) {}

  // Shows what is due at `now`. Returns when to call it again, at most a second later.
  time_point look(const client::progress_counters&, const policy::pacer_options& writes, time_point now);
  // Removes the live line.
  void over();

 private:
  void show(const client::progress_counters&, const policy::pacer_options& writes, time_point now);
  // Logs, as a detail, why nothing moves, each time that the reason changes.
  void tell_wait(const client::progress_counters&, time_point now);

  config::progress_kind kind_;
  std::optional<policy::write_hours> hours_;
  console& console_;
  log& log_;
  app::rate_meter meter_;
  std::optional<time_point> started_;
  time_point next_shown_{};
  std::string told_wait_;
  time_point waits_since_{};
  bool told_of_foreign_use_ = false;
};

}  // namespace pawl::cli
