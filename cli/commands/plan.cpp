#include "engine/app/plan.hpp"

#include "cli/commands/commands.hpp"
#include "cli/render/plan_texts.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/standard_output.hpp"
#include "config/settings_checks.hpp"
#include "engine/app/session.hpp"
#include "engine/input/spool.hpp"
#include "engine/text/printable.hpp"

namespace pawl::cli {

int plan_command(const config::raw_options& raw, const app::plan_options& options,
                 const config::environment& env, console& out) {
  // Standard input needs a ledger to lie beside; here it only names a place where there is none.
  auto given = raw;
  if (given.input == "-" && !given.ledger) given.ledger = input::temporary_copy("plan");
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    auto refused = refuse_summary_there(settings, "the plan goes", "name a file");
    if (!refused) refused = config::refuse_taken_place(settings, "--out", options.out);
    if (refused) return app::refuse(settings, host, *refused);
    const auto answer = [&](const app::plan_report& report) -> status {
      const auto all = plan_lines(report, settings);
      switch (options.format) {
        case app::plan_format::text: {
          std::string text;
          for (const auto& line : all) text += printable_line(line);
          return print_answer(settings, text);
        }
        case app::plan_format::ndjson:  // standard output is for the rows
          for (const auto& line : all) host.says.note(line);
          break;
      }
      return {};
    };
    return app::plan(settings, options, host, to_standard_output, answer);
  };
  return perform(given, {}, env, out, work);
}

}  // namespace pawl::cli
