#include "engine/app/check.hpp"

#include "cli/commands/commands.hpp"
#include "cli/render/run_texts.hpp"
#include "cli/terminal/command_frame.hpp"
#include "engine/app/open_input.hpp"
#include "engine/input/spool.hpp"
#include "engine/text/printable.hpp"

namespace pawl::cli {

int check_command(const config::raw_options& raw, const config::environment& env, console& out) {
  // Standard input needs a ledger to lie beside; here it only names the copy that is removed at the end.
  auto given = raw;
  if (given.input == "-" && !given.ledger) given.ledger = input::temporary_copy("check");
  const auto work = [](const config::settings& settings, const app::host& host) {
    const auto answer = [&settings](const app::check_answer& found) {
      std::string text;
      if (found.report.rows == 0)
        text = printable_line(found.input_name + ": " + app::nothing_to_do);
      else
        for (const auto& line : check_lines(found.input_name, settings, found.facts, found.report))
          text += printable_line(line);
      return print_answer(settings, text);
    };
    return app::check(settings, host, answer);
  };
  return perform(given, {}, env, out, work);
}

}  // namespace pawl::cli
