#include "engine/app/run.hpp"

#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"

namespace pawl::cli {

int run_command(const config::raw_options& raw, const std::vector<std::string>& arguments,
                const config::environment& env, console& out) {
  return perform(raw, arguments, env, out, app::run);
}

}  // namespace pawl::cli
