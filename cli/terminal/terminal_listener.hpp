// Shows what the use cases tell as lines for people, on a terminal, in a log, or both. One thread.
#pragma once

#include "cli/terminal/console.hpp"
#include "cli/terminal/log.hpp"
#include "cli/terminal/progress_display.hpp"
#include "config/settings.hpp"
#include "engine/app/listener.hpp"
#include "engine/app/stop_request.hpp"
#include "engine/model/rate.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

// Whether the answer is "y" or "yes", in any case and with white space around it. Pure.
bool is_yes(std::string_view answer) noexcept;

class terminal_listener final : public app::listener {
 public:
  // All must outlive it. `arguments` are as given, from the name of the command on.
  terminal_listener(const config::settings&, const std::vector<std::string>& arguments, console&, log&,
                    const app::stop_request&);

  void note(std::string_view) override;
  void detail(std::string_view) override;
  void warning(std::string_view) override;
  void error(const failure&) override;
  void complaint(std::string_view) override;
  // Redraws a line at most five times a second (chosen). Shows nothing if there is no terminal.
  void working(std::string_view what, std::uint64_t rows, std::uint64_t bytes) override;
  void worked() override;

  // True if standard input and standard error are terminals and --yes was not given.
  bool asks() const override;
  std::optional<bool> agrees(const app::announcement&) override;

  void announced(const app::announcement&) override;
  void finished_before(const std::string& input_name, wall_time when, const app::summary&) override;
  void failed(const client::failed_row&) override;
  void contradicted(client::progress_counters::request_class, const rate_window& configured,
                    const rate_window& said) override;
  void listed(const client::snapshot_facts&) override;
  time_point moving(const client::progress_counters&, const policy::pacer_options& writes,
                    time_point now) override;
  void moved_on() override;
  void ended(const app::ending&) override;
  // -q silences what goes well, but a command that ends with another code than 0 prints at least one line
  // that says why.
  void concluded(const app::conclusion&) override;

  std::string command(const app::next_command&) const override;

 private:
  std::optional<std::string> read_answer() const;

  const config::settings& settings_;
  const std::vector<std::string>& arguments_;
  console& console_;
  log& log_;
  const app::stop_request& stop_;
  progress_display progress_;
  time_point shown_{};
};

}  // namespace pawl::cli
