#include "engine/app/verify.hpp"

#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/standard_output.hpp"
#include "engine/app/session.hpp"

namespace pawl::cli {

int verify_command(const config::raw_options& raw, const app::verify_options& options,
                   const config::environment& env, console& out) {
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    if (const auto refused = refuse_summary_there(settings, "the drift goes", "name a file"))
      return app::refuse(settings, host, *refused);
    return app::verify(settings, options, host, to_standard_output);
  };
  return perform(raw, {}, env, out, work);
}

}  // namespace pawl::cli
