// What run and check share: the log, checked settings, the clock of the command, and the summary that is
// written at every exit.
#pragma once

#include "cli/render/run_texts.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/log.hpp"
#include "cli/terminal/signals.hpp"
#include "config/settings.hpp"
#include "engine/app/summary.hpp"
#include "engine/client/progress.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/sys/wall_clock.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace pawl::app {

class session {
 public:
  session(const config::raw_options&, const config::environment&, cli::console&);

  // Reads the settings, opens the log that they ask for, and refuses a place where no summary can be written.
  // All complaints about settings are printed; the failure that comes back has been said already.
  status load();

  // Runs `work`, turns its failure into words, a signal into its code, a bug into an honest message, and
  // writes the summary. `work` returns the exit code or the failure that ended it.
  int conclude(const std::function<expected<int>()>& work);

  // What to say after "stopped by SIGINT; ". Default: the same command goes on.
  void when_interrupted(std::string text) { when_interrupted_ = std::move(text); }

  // What to say at the end, where it is not 0 and nothing else was said. Default: what the counts tell.
  void sum_up(std::string text) { sum_ = std::move(text); }

  const config::settings& settings() const { return *settings_; }
  const config::environment& environment() const { return environment_; }
  cli::console& terminal() { return console_; }
  cli::log& say() { return *log_; }
  cli::signal_watch& signals() { return signals_; }
  summary& facts() { return facts_; }

  // A read gave up, and with it the command: its reason and time go into the summary.
  void gave_up(const std::optional<client::progress_counters::giving_up>&);

  void print(const cli::lines&);  // notes
  // A line that is redrawn while the command reads or validates; at most five times a second. Nothing off a
  // terminal.
  void show_work(std::string_view what, std::uint64_t rows, std::uint64_t bytes);
  void hide_work();

 private:
  int end(const failure&);
  int write(int code);
  void say_at_least_why(int code);

  const config::raw_options& raw_;
  const config::environment& environment_;
  cli::console& console_;
  cli::signal_watch signals_;
  std::optional<cli::log> log_;
  std::optional<config::settings> settings_;
  summary facts_;
  time_point started_ = clock::now();
  time_point shown_{};
  bool complained_ = false, summary_refused_ = false;
  std::string sum_;
  std::string when_interrupted_ = "the same command goes on";
};

}  // namespace pawl::app
