#include "engine/app/run.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/console.hpp"

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

constexpr const char* run_footer =
    "Examples:\n"
    "  pawl run jobs.csv\n"
    "  pawl run jobs.ndjson --rate 30/min --summary summary.json\n"
    "  pawl run export.csv --map \"Thread ID=id\" --ignore-column Notes --set status=done\n"
    "  make-jobs | pawl run - --format ndjson --ledger nightly.ledger\n"
    "  pawl run jobs.csv --base-url https://127.0.0.1:8443/api/v2 --ca-file sandbox-ca.pem --ledger "
    "rehearsal.ledger";

void add_run(CLI::App& app) {
  add_input_command(app);
}

std::string read_run(const CLI::App& app, command_line& to) {
  return read_input_flags(app, to.raw);
}

int perform_run(const command_line& line, const config::environment& env, console& out) {
  const auto& raw = line.raw;
  return run_use_case(raw, line.arguments, env, out, app::run);
}

}  // namespace

const command run_command{
    "run",      "Validate a file, apply it, record every outcome; resumes where it stopped.",
    run_footer, add_run,
    read_run,   perform_run};

}  // namespace pawl::cli
