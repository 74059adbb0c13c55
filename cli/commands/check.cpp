#include "engine/app/check.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/run_texts.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/console.hpp"
#include "engine/app/open_input.hpp"
#include "engine/input/spool.hpp"
#include "engine/text/printable.hpp"

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

constexpr const char* check_footer =
    "Takes the options of run and reads only those that matter to the input.\n"
    "Examples:\n"
    "  pawl check jobs.csv\n"
    "  pawl check jobs.csv --set status=snoozed --set snoozed_until=2027-01-01T00:00:00Z";

void add_check(CLI::App& app) {
  add_input_command(app);
}

std::string read_check(const CLI::App& app, command_line& to) {
  return read_input_flags(app, to.raw);
}

int perform_check(const command_line& line, const config::environment& env, console& out) {
  const auto& raw = line.raw;
  // Standard input needs a ledger, because its copy lies beside it; here the ledger's path only names that
  // copy, which is removed at the end.
  auto given = raw;
  if (given.input == "-" && !given.ledger) given.ledger = input::temporary_copy("check");
  const auto work = [](const config::settings& settings, const app::host& host) {
    const auto answer = [&settings](const app::check_answer& found) {
      std::string text;
      if (found.report.rows == 0)
        text = printable_line(found.input_name + ": " + app::nothing_to_do);
      else
        for (const auto& one : check_lines(found, settings)) text += printable_line(one);
      return print_answer(settings, text);
    };
    return app::check(settings, host, answer);
  };
  return run_use_case(given, {}, env, out, work);
}

}  // namespace

const command check_command{"check",      "Validate a file offline; nothing is sent or written.",
                            check_footer, add_check,
                            read_check,   perform_check};

}  // namespace pawl::cli
