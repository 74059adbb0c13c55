#include "engine/app/status.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/status_texts.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/standard_output.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/text/printable.hpp"

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

constexpr const char* status_footer =
    "Examples:\n"
    "  pawl status jobs.csv.ledger\n"
    "  watch -n 5 pawl status jobs.csv.ledger\n"
    "  pawl status jobs.csv.ledger --format json | jq .pending";

void add_status(CLI::App& app) {
  add_positional(app, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(app, "--format", joined_names(app::report_formats, "|"),
           "Lines for people or one JSON object. Default: text.");
}

std::string read_own_status(const CLI::App& app, app::status_options& to) {
  to.ledger = given(app, "LEDGER").back();
  return read_format(app, app::report_formats, to.format);
}

std::string read_status(const CLI::App& app, command_line& to) {
  return read_own_flags(app, to, read_own_status);
}

int perform_status(const command_line& line, const config::environment&, console& out) {
  const auto& options = std::any_cast<const app::status_options&>(line.own);
  const auto state = app::read_state(options.ledger);
  if (!state) {
    out.line("error: " + to_string(state.error()));
    return app::exit_code(state.error().kind);
  }
  std::string text;
  switch (options.format) {
    case app::report_format::text:
      for (const auto& one : status_lines(*state)) text += printable_line(one);
      break;
    case app::report_format::json:
      text = app::status_json(*state);
      break;
  }
  if (const auto failed = to_standard_output(text); failed && failed != std::errc::broken_pipe) {
    out.line("error: standard output: " + failed.message());
    return app::exit_mend;
  }
  return app::exit_success;
}

}  // namespace

const command status_command{"status",      "Print how far a ledger is, also while a run goes on.",
                             status_footer, add_status,
                             read_status,   perform_status};

}  // namespace pawl::cli
