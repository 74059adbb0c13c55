#include "engine/app/undo.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/undo_texts.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/standard_output.hpp"
#include "config/profile_finder.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/text/printable.hpp"

#include <any>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::cli {
namespace {

struct undo_arguments : app::undo_options {
  std::string profile;                     // name or file; empty: what the config file or the ledger says
  std::optional<std::string> config_file;  // unset: ./pawl.toml if it is there
};

constexpr const char* undo_footer =
    "Prints jobs for 'pawl run' that bring back what the run has overwritten, one for each resource, newest "
    "row first.\n"
    "Each expects what the run wrote: a resource that somebody has changed since is skipped and stays as it "
    "is.\n"
    "What cannot go back is listed on standard error.\n"
    "Exit codes: 0 everything can go back; 1 some fields or rows cannot (the jobs are printed all the "
    "same).\n"
    "Examples:\n"
    "  pawl undo jobs.csv.ledger > undo.ndjson\n"
    "  pawl check undo.ndjson && pawl run undo.ndjson";

void add_undo(CLI::App& app) {
  add_positional(app, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(app, "--generation", "N", "Which pass over the input. Default: the newest.");
  add_text(app, "--profile", "NAME|FILE",
           "The profile of the run. Default: api.profile of the settings if it is the one that the ledger "
           "names, else that one of pawl's own.");
  add_text(app, "--config", "FILE",
           "Settings in TOML, for api.profile. Default: ./pawl.toml if it is there.");
}

std::string read_own_undo(const CLI::App& app, undo_arguments& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto profile = given(app, "--profile"); !profile.empty()) to.profile = profile.back();
  if (auto file = given(app, "--config"); !file.empty()) to.config_file = file.back();
  return read_generation(app, to.generation);
}

std::string read_undo(const CLI::App& app, command_line& to) {
  return read_own_flags(app, to, read_own_undo);
}

int perform_undo(const command_line& line, const config::environment& env, console& out) {
  const auto& options = std::any_cast<const undo_arguments&>(line.own);
  std::vector<failure> complaints;
  const auto find = [&](const std::string& name) -> expected<api::profile> {
    config::raw_options raw;
    if (!options.profile.empty()) raw.profile = options.profile;
    raw.config_file = options.config_file;
    raw.trusting_command = line.raw.trusting_command;
    raw.naming_command = line.raw.naming_command;
    auto found = config::find_profile(raw, env, name, complaints);
    if (!found) return complaints.front();
    return *std::move(found);
  };
  undo_losses losses;
  const auto done = app::undo(options, find, to_standard_output, losses);
  if (!done) {
    if (complaints.empty()) complaints.push_back(done.error());
    for (const auto& one : complaints) out.line("error: " + printable_lines(to_string(one)));
    return app::exit_code(done.error().kind);
  }
  for (const auto& text : undo_lines(*done, losses, options.ledger, options.profile, options.config_file))
    out.line(text);
  return losses.empty() ? app::exit_success : app::exit_some_failed;
}

}  // namespace

const command undo_command{"undo",      "Print the jobs that bring back what a run has overwritten.",
                           undo_footer, add_undo,
                           read_undo,   perform_undo};

}  // namespace pawl::cli
