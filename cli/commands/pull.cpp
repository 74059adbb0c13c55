#include "engine/app/pull.hpp"

#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"
#include "config/settings_checks.hpp"
#include "engine/app/session.hpp"

namespace pawl::cli {

int pull_command(const config::raw_options& raw, const app::pull_options& options,
                 const config::environment& env, console& out) {
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    auto refused = config::refuse_taken_place(settings, "--out", options.out);
    if (!refused && options.out.empty())
      refused = refuse_summary_there(settings, "the list goes", "name a file for one of them (--out)");
    return refused ? app::refuse(settings, host, *refused) : app::pull(settings, options, host);
  };
  return perform(raw, {}, env, out, work);
}

}  // namespace pawl::cli
