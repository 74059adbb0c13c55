#include "engine/app/verify.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/standard_output.hpp"
#include "config/quantity.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/session.hpp"

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

constexpr const char* verify_footer =
    "Reads only: pages of the list while they settle more than they cost, then one resource after the other. "
    "What a later\nrow of the same id wrote is what counts. Needs the input file of the run.\n"
    "A value that is again what it was before the run is told as reverted, as where a rule of the server "
    "puts it "
    "back.\n"
    "Exit codes: 0 everything is as it was written; 1 something has drifted or was reverted; 2 usage; 3 "
    "stopped, try again "
    "later; 4 a person must act.\n"
    "Examples:\n"
    "  pawl verify jobs.csv.ledger\n"
    "  pawl verify jobs.csv.ledger --format csv > drift.csv\n"
    "  pawl verify jobs.csv.ledger --sample 1%\n"
    "  pawl verify jobs.csv.ledger --after 15m --sample 5%";

void add_verify(CLI::App& app) {
  add_positional(app, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(app, "--format", joined_names(app::drift_formats, "|"),
           "Format of the lines about drift. Default: text.");
  add_text(app, "--generation", "N", "Which pass over the input. Default: the newest.");
  add_text(app, "--sample", "SHARE",
           "Look at a random share of the resources, such as 1%, rounded up. Default: all of them.");
  add_text(
      app, "--after", "DURATION",
      "Look at no row earlier than so long after its end, such as 15m, and wait for those that are younger. "
      "Default: now.");
  add_reading_flags(app);
}

std::string read_own_verify(const CLI::App& app, app::verify_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto wrong = read_format(app, app::drift_formats, to.format); !wrong.empty()) return wrong;
  if (const auto shares = given(app, "--sample"); !shares.empty()) {
    const auto share = config::parse_share(shares.back());
    if (!share) return "--sample: " + to_string(share.error());
    if (*share <= 0) return "--sample: must be more than 0, such as 1%";
    to.sample = *share;
  }
  if (const auto lengths = given(app, "--after"); !lengths.empty()) {
    const auto length = config::parse_duration(lengths.back());
    if (!length) return "--after: " + to_string(length.error());
    to.after = *length;
  }
  return read_generation(app, to.generation);
}

std::string read_verify(const CLI::App& app, command_line& to) {
  if (auto wrong = read_reading_flags(app, to.raw); !wrong.empty()) return wrong;
  return read_own_flags(app, to, read_own_verify);
}

int perform_verify(const command_line& line, const config::environment& env, console& out) {
  const auto& raw = line.raw;
  const auto& options = std::any_cast<const app::verify_options&>(line.own);
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    if (const auto refused = refuse_summary_there(settings, "the drift goes", "name a file"))
      return app::refuse(settings, host, *refused, options.ledger);
    return app::verify(settings, options, host, to_standard_output);
  };
  return run_use_case(raw, {}, env, out, work);
}

}  // namespace

const command verify_command{"verify",      "Read what was applied again, and report what has drifted since.",
                             verify_footer, add_verify,
                             read_verify,   perform_verify};

}  // namespace pawl::cli
