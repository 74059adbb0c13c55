// `pawl trust`: shows what a settings file sets, and keeps that it may decide from now on, as it is.
#include "config/trust.hpp"

#include "cli/commands/commands.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/sys/files.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <system_error>

#include <unistd.h>

namespace pawl::cli {

int trust_command(const trust_options& options, const config::environment& env, console& out) {
  const auto tell = [&out](const failure& why) { out.line("error: " + printable_lines(to_string(why))); };
  const auto path = options.file.empty() ? std::string{config::found_settings_name} : options.file;
  const auto look = config::look_at_settings_file(path);
  for (const auto& complaint : look.complaints) tell(complaint);
  if (!look.value) return app::exit_usage;

  auto text = fmt::format("{} sets:\n", printable(look.value->path, std::string::npos));
  for (const auto& one : look.value->sets)
    text += fmt::format("  {}line {}: {} = {}\n", config::decides_trust(one.key) ? "* " : "  ", one.line,
                        one.key, printable(one.value, std::string::npos));
  if (look.value->sets.empty()) text += "  nothing\n";
  text += "(* decides where requests, keys or files go)\n";
  if (const auto failed = write_all(STDOUT_FILENO, text); failed && failed != std::errc::broken_pipe) {
    tell({failure_kind::mend, "standard output", failed.message(), ""});
    return app::exit_mend;
  }
  const auto directory = options.state_dir.empty() ? config::usual_state_directory(env) : options.state_dir;
  if (auto kept = config::keep_trust(directory, *look.value); !kept) {
    tell(kept.error());
    return app::exit_code(kept.error().kind);
  }
  out.line("trusted as it is now; when it changes (or a profile that it names), it has to be trusted again");
  return app::exit_success;
}

}  // namespace pawl::cli
