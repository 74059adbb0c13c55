// pawl-rehearse: what `pawl rehearse` becomes.
#include "cli/commands/rehearse.hpp"
#include "cli/program.hpp"
#include "cli/terminal/command_frame.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/session.hpp"
#include "engine/sys/wall_clock.hpp"
#include "tests/simulation/rehearsal/rehearsal.hpp"
#include "tests/simulation/rehearsal/rehearsal_texts.hpp"

#include <fmt/format.h>

#include <any>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::simulation {
namespace {

app::result rehearse(const config::settings& settings, const cli::rehearse_options& options,
                     const app::host& host) {
  const auto refuse = [&](const failure& why) { return app::refuse(settings, host, why, std::string{}); };
  const auto input = read_rehearsed(settings);
  if (!input) return refuse(input.error());
  const rehearsal one(settings, options, *input);
  const auto begins = wall_now();
  std::vector<rehearsal_end> ends;
  try {
    const auto turns = options.kills > 0 ? one.calm_turns(options.first_seed, begins, host.stop) : 0;
    for (std::uint64_t i = 0; i < options.times && !host.stop.came(); ++i) {
      host.says.working(fmt::format("rehearsal {} of {}", i + 1, options.times), 0, 0);
      auto& says = i == 0 ? host.says : app::nobody_listens();
      auto end = one.run(options.first_seed + i, begins, turns, says, host.stop);
      if (host.stop.came()) break;
      ends.push_back(std::move(end));
      const bool is_wrong = ends.back().exit_code == app::exit_usage;
      if (is_wrong) break;  // as it would be every time
    }
  } catch (const wrong_option& e) {
    return refuse({failure_kind::usage, e.flag, e.what(), ""});
  } catch (const std::runtime_error& e) {
    return refuse({failure_kind::usage, settings.input_path, e.what(), ""});
  }
  host.says.worked();
  const auto signal = host.stop.first();
  if (signal != 0)
    host.says.note(fmt::format("stopped by {} after {} of {} rehearsals; the same command starts again",
                               app::signal_name(signal), ends.size(), options.times));
  if (ends.empty()) return {app::exit_by_signal(signal), {}, {}};
  if (const auto& last = ends.back(); last.exit_code == app::exit_usage && last.error)
    return refuse(*last.error);
  const rehearsed what{settings.input_path, settings.profile.name,
                       options.model.empty() ? std::string{model_for(settings.profile.name)} : options.model};
  std::string text;
  switch (options.format) {
    case app::report_format::text:
      for (const auto& line : rehearsal_lines(what, ends)) text += line + '\n';
      break;
    case app::report_format::json:
      text = rehearsal_json(what, ends);
      break;
  }
  if (auto printed = cli::print_answer(settings, text); !printed) return refuse(printed.error());
  return {signal != 0 ? app::exit_by_signal(signal) : worst_exit_code(ends), {}, {}};
}

int perform(const cli::command_line& line, const config::environment& env, cli::console& out) {
  const auto& options = std::any_cast<const cli::rehearse_options&>(line.own);
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    return rehearse(settings, options, host);
  };
  return cli::run_use_case(line.raw, {}, env, out, work);
}

}  // namespace
}  // namespace pawl::simulation

int main(int argc, char** argv) {
  auto own = pawl::cli::rehearse_command;
  own.perform = pawl::simulation::perform;
  const std::array<const pawl::cli::command*, 1> commands{&own};
  return pawl::cli::run_program(argc, argv, commands);
}
