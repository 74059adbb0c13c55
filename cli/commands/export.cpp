#include "engine/app/export.hpp"

#include "cli/commands/commands.hpp"
#include "cli/terminal/standard_output.hpp"
#include "engine/app/exit_code.hpp"

namespace pawl::cli {

int export_command(const app::export_options& options, console& out) {
  const auto done = app::export_jobs(options, to_standard_output);
  if (done) return app::exit_success;
  out.line("error: " + to_string(done.error()));
  return app::exit_code(done.error().kind);
}

}  // namespace pawl::cli
