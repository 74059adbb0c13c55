// `pawl trust`: shows what a settings file sets, and records that the file, as it is now, may decide.
#include "config/trust.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal/console.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/sys/files.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <any>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace pawl::cli {
namespace {

struct trust_options {
  std::string file;       // empty: the pawl.toml that is found
  std::string state_dir;  // empty: the usual directory
};

constexpr const char* trust_footer =
    "Shows what the file sets. A pawl.toml that is merely found may not say where requests, keys or files go "
    "(api.*, auth.*,\ntls.*, proxy, ledger.path, state_dir, log.file) until it was trusted, as it is then, "
    "or is "
    "named with --config or\nPAWL_CONFIG.\n"
    "Exit codes: 0 it is trusted; 2 it cannot be read, or what it says is wrong.\n"
    "Examples:\n"
    "  pawl trust\n"
    "  pawl trust nightly/pawl.toml";

void add_trust(CLI::App& app) {
  const std::string file_help = "The settings file. Default: ./pawl.toml.";
  add_operand(app, "FILE", file_help);
  add_text(app, "--state-dir", "DIR",
           "Directory that keeps what is trusted. Default: $XDG_STATE_HOME/pawl or ~/.local/state/pawl.");
}

std::string read_own_trust(const CLI::App& app, trust_options& to) {
  if (auto file = given(app, "FILE"); !file.empty()) {
    to.file = file.back();
    if (to.file.empty()) return "FILE: is empty; name a settings file";
  }
  if (auto directory = given(app, "--state-dir"); !directory.empty()) to.state_dir = directory.back();
  return {};
}

std::string read_trust(const CLI::App& app, command_line& to) {
  return read_own_flags(app, to, read_own_trust);
}

int perform_trust(const command_line& line, const config::environment& env, console& out) {
  const auto& options = std::any_cast<const trust_options&>(line.own);
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

}  // namespace

const command trust_command{"trust",      "Let a settings file that is found decide, as it is now.",
                            trust_footer, add_trust,
                            read_trust,   perform_trust};

}  // namespace pawl::cli
