#include "engine/app/undo.hpp"

#include "cli/commands/commands.hpp"
#include "cli/render/undo_texts.hpp"
#include "cli/terminal/standard_output.hpp"
#include "config/profile_finder.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/text/printable.hpp"

#include <utility>
#include <vector>

namespace pawl::cli {

int undo_command(const undo_arguments& options, const config::environment& env, console& out) {
  std::vector<failure> complaints;
  const auto find = [&](const std::string& name) -> expected<api::profile> {
    config::raw_options raw;
    if (!options.profile.empty()) raw.profile = options.profile;
    raw.config_file = options.config_file;
    raw.trusting_command = options.trusting_command;
    raw.naming_command = options.naming_command;
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
  for (const auto& line : undo_lines(*done, losses, options.ledger, options.profile, options.config_file))
    out.line(line);
  return losses.empty() ? app::exit_success : app::exit_some_failed;
}

}  // namespace pawl::cli
