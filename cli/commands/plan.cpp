#include "engine/app/plan.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/plan_texts.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/standard_output.hpp"
#include "config/settings_checks.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/session.hpp"
#include "engine/input/spool.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

constexpr const char* plan_footer =
    "Takes the options of run: what a run with them would do. Reads each resource that it would read, within "
    "the read limits;\nnothing is written, neither to the API nor to the ledger. Rows that are done in the "
    "ledger are left out.\n"
    "Exit codes: 0 every row would succeed; 1 some rows are missing, refused, unreadable or invalid; 2 usage "
    "or input\nerror; 3 stopped, try again later; 4 a person must act.\n"
    "Examples:\n"
    "  pawl plan jobs.csv\n"
    "  pawl plan ids.csv --set status=done --only-if 'last_inbound_message_at older than 90d'\n"
    "  pawl plan jobs.csv --format ndjson | jq -c 'select(.what == \"write\") | .changes'\n"
    "  pawl plan jobs.csv --out todo.ndjson && pawl run todo.ndjson";

void add_plan(CLI::App& app) {
  add_text(app, "--format", joined_names(app::plan_formats, "|"),
           "A screen for people, or a JSON object for each row. Default: text.");
  add_text(app, "--out", "FILE",
           "Write the jobs that remain, with what they expect, as an input for run. Default: nowhere.");
  add_input_command(app, plan_format_flag);
}

std::string read_own_plan(const CLI::App& app, app::plan_options& to) {
  if (auto wrong = read_format(app, app::plan_formats, to.format); !wrong.empty())
    return fmt::format("{}; the format of the input is {}", wrong, plan_format_flag);
  if (auto out = given(app, "--out"); !out.empty()) {
    to.out = out.back();
    if (to.out.empty()) return "--out: is empty; name a file";
  }
  return {};
}

// Checked here, because config would name --format, the flag of `run`.
std::string complaint_about_format(const config::raw_options& raw) {
  if (raw.input != "-" || raw.format) return {};
  return fmt::format("-: standard input has no name that tells its format; add {} {}", plan_format_flag,
                     alternatives(input::file_formats));
}

std::string read_plan(const CLI::App& app, command_line& to) {
  if (auto wrong = read_input_flags(app, to.raw); !wrong.empty()) return wrong;
  if (auto wrong = read_own_flags(app, to, read_own_plan); !wrong.empty()) return wrong;
  return complaint_about_format(to.raw);
}

int perform_plan(const command_line& line, const config::environment& env, console& out) {
  const auto& raw = line.raw;
  const auto& options = std::any_cast<const app::plan_options&>(line.own);
  // Standard input needs a ledger, because its copy lies beside it; here the ledger's path names a place
  // where there is no ledger.
  auto given = raw;
  if (given.input == "-" && !given.ledger) given.ledger = input::temporary_copy("plan");
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    auto refused = refuse_summary_there(settings, "the plan goes", "name a file");
    if (!refused) refused = config::refuse_taken_place(settings, "--out", options.out);
    if (refused) return app::refuse(settings, host, *refused, settings.ledger_path);
    const auto answer = [&](const app::plan_report& report) -> status {
      const auto all = plan_lines(report, settings);
      switch (options.format) {
        case app::plan_format::text: {
          std::string text;
          for (const auto& one : all) text += printable_line(one);
          return print_answer(settings, text);
        }
        case app::plan_format::ndjson:  // standard output holds the rows
          for (const auto& one : all) host.says.note(one);
          break;
      }
      return {};
    };
    return app::plan(settings, options, host, to_standard_output, answer);
  };
  return run_use_case(given, {}, env, out, work);
}

}  // namespace

const command plan_command{"plan",      "Read only: what would change, what it costs, how long it takes.",
                           plan_footer, add_plan,
                           read_plan,   perform_plan};

}  // namespace pawl::cli
