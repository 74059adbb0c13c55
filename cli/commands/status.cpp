#include "engine/app/status.hpp"

#include "cli/commands/commands.hpp"
#include "cli/render/status_texts.hpp"
#include "cli/terminal/standard_output.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/text/printable.hpp"

namespace pawl::cli {

int status_command(const app::status_options& options, console& out) {
  const auto state = app::read_state(options.ledger);
  if (!state) {
    out.line("error: " + to_string(state.error()));
    return app::exit_code(state.error().kind);
  }
  std::string text;
  switch (options.format) {
    case app::report_format::text:
      for (const auto& line : status_lines(*state)) text += printable_line(line);
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

}  // namespace pawl::cli
