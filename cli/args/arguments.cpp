#include "cli/args/arguments.hpp"

#include "cli/args/argument_hints.hpp"
#include "cli/args/flags.hpp"
#include "cli/render/shown_arguments.hpp"
#include "config/trust.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/text/shell_word.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

namespace pawl::cli {
namespace {

constexpr const char* main_footer =
    "Examples:\n"
    "  pawl check jobs.csv                            is the file right? nothing is sent\n"
    "  pawl plan jobs.csv                             what would change, and how long would it take?\n"
    "  pawl run jobs.csv                              apply it; the same command goes on after any stop\n"
    "  pawl run ids.csv --set status=done --limit 5   a bare list of ids, and only five of them first\n"
    "  pawl status jobs.csv.ledger                    how far is it?\n"
    "  pawl export jobs.csv.ledger --outcome failed,refused --with-input > to-mend.csv\n"
    "  pawl verify jobs.csv.ledger                    does everything still show what was written?\n"
    "  pawl pull --where status=open --out open.csv   an input from what the API lists\n"
    "  pawl doctor                                    are key, scopes, TLS and limits right?\n"
    "  pawl profile                                   which APIs does pawl know?\n"
    "\n"
    "Exit codes: 0 every row is a success; 1 finished, some rows failed; 2 usage or input error, nothing was "
    "sent;\n"
    "3 stopped, run the same command again later; 4 stopped, a person must act; 130, 143, 129 interrupted.\n"
    "'pawl COMMAND --help' lists the options of a command.";

// Joins the names: "run, plan and status".
std::string names_of(std::span<const command* const> commands) {
  std::string all;
  for (const auto* one : commands)
    all += std::string{all.empty() ? "" : one == commands.back() ? " and " : ", "} + std::string{one->name};
  return all;
}

// Fills in the commands that a message about an untrusted pawl.toml offers.
void add_ways_out(config::raw_options& raw, std::vector<std::string> arguments) {
  std::string state = raw.state_dir.value_or("");
  for (const std::string_view text : raw.overrides)
    if (constexpr std::string_view key = "state_dir="; text.starts_with(key)) state = text.substr(key.size());
  const std::string file{config::found_settings_name};
  raw.trusting_command = "pawl trust " + file + (state.empty() ? "" : " " + shell_flag("--state-dir", state));
  arguments.insert(arguments.begin() + 1, {"--config", file});
  raw.naming_command = "pawl " + shell_words(shown_arguments(std::move(arguments)));
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

// CLI11 stops at the first error, so this looks for --summary without it.
std::string find_summary(const std::vector<std::string>& arguments) {
  constexpr std::string_view flag = "--summary";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == flag && i + 1 < arguments.size()) return arguments[i + 1];
    if (arguments[i].starts_with("--summary=")) return arguments[i].substr(flag.size() + 1);
  }
  return {};
}

}  // namespace

std::variant<command_line, early_exit> parse_arguments(const std::vector<std::string>& arguments,
                                                       std::span<const command* const> commands) {
  CLI::App app{
      "pawl applies a file of updates to a REST API: within its limits, and every row ends in a true "
      "outcome.",
      "pawl"};
  app.footer(main_footer);
  app.set_version_flag("--version", "pawl " PAWL_VERSION, "Print the version.");
  app.set_help_flag("-h,--help", "Print this help.");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  for (const auto* one : commands) {
    auto* added = app.add_subcommand(std::string{one->name}, std::string{one->help});
    one->add(*added);
    added->footer(one->footer);
  }

  early_exit wrong;
  wrong.code = app::exit_usage;
  wrong.summary = find_summary(arguments);
  const auto complain = [&wrong](const CLI::App* about, std::string_view what) {
    const auto name = about == nullptr ? std::string{"pawl"} : "pawl " + about->get_name();
    wrong.error = fmt::format("{}\n'{} --help' lists what there is", what, name);
    return wrong;
  };
  const auto chosen = [&app]() -> const CLI::App* {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? nullptr : parsed.front();
  };

  try {
    // CLI11 wants its arguments in reverse order.
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
  } catch (const CLI::CallForHelp&) {
    return early_exit{app::exit_success, app.help() + "\n", "", ""};
  } catch (const CLI::CallForVersion& version) {
    return early_exit{app::exit_success, std::string{version.what()} + "\n", "", ""};
  } catch (const CLI::ParseError& e) {
    const auto* command = chosen();
    if (command == nullptr) {
      if (arguments.empty() || arguments.front().starts_with("-"))
        return complain(nullptr, fmt::format("no command; there are {}", names_of(commands)));
      std::vector<std::string> names;
      for (const auto* one : commands) names.emplace_back(one->name);
      return complain(nullptr, unknown_command(arguments.front(), names, names_of(commands)));
    }
    if (const auto extras = app.remaining(); !extras.empty())
      return complain(nullptr, before_the_command(extras, command->get_name(), arguments));
    if (const auto extras = command->remaining(); !extras.empty())
      return complain(command, unexpected(extras, flags_of(*command)));
    return complain(command, mismatch_in_words(e.what()));
  }

  const auto* parsed = chosen();
  command_line line;
  line.arguments = arguments;
  line.what = *std::ranges::find(commands, parsed->get_name(), &command::name);
  if (const auto what = line.what->read(*parsed, line); !what.empty()) return complain(parsed, what);
  add_ways_out(line.raw, arguments);
  return line;
}

}  // namespace pawl::cli
