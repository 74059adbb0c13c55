#include "cli/args/arguments.hpp"

#include "cli/args/argument_hints.hpp"
#include "cli/args/flags.hpp"
#include "cli/args/help_footers.hpp"
#include "cli/args/shown_arguments.hpp"
#include "config/trust.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/text/shell_word.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace pawl::cli {
namespace {

constexpr std::string_view command_names =
    "run, plan, check, verify, undo, pull, doctor, trust, export and status";

// The empty text where all is well, as below.
std::string read_generation(const CLI::App& app, std::optional<std::int64_t>& to) {
  auto text = given(app, "--generation");
  if (text.empty()) return {};
  std::int64_t number = 0;
  const auto* end = text.back().data() + text.back().size();
  const auto [at, failed] = std::from_chars(text.back().data(), end, number);
  if (failed != std::errc{} || at != end || number < 1)
    return fmt::format("--generation: must be a number from 1 on (got \"{}\")", text.back());
  to = number;
  return {};
}

// `to` keeps its value where no format is given.
template <class Format, std::size_t N, class To>
std::string read_format(const CLI::App& app, const name_table<Format, N>& formats, To& to) {
  const auto text = given(app, "--format");
  if (text.empty()) return {};
  const auto found = find_named(formats, text.back());
  if (!found) return fmt::format("--format: must be {} (got \"{}\")", alternatives(formats), text.back());
  to = *found;
  return {};
}

std::string read_verify(const CLI::App& app, app::verify_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto wrong = read_format(app, app::drift_formats, to.format); !wrong.empty()) return wrong;
  return read_generation(app, to.generation);
}

std::string read_pull(const CLI::App& app, app::pull_options& to) {
  to.where = given(app, "--where");
  to.notes = given(app, "--note");
  to.expect = given(app, "--expect");
  if (auto out = given(app, "--out"); !out.empty()) {
    to.out = out.back();
    if (to.out.empty()) return "--out: is empty; name a file, or leave it out for standard output";
  }
  return read_format(app, app::table_formats, to.format);
}

std::string read_plan(const CLI::App& app, const config::raw_options& raw, app::plan_options& to) {
  if (auto wrong = read_format(app, app::plan_formats, to.format); !wrong.empty())
    return fmt::format("{}; the format of the input is {}", wrong, plan_format_flag);
  if (auto out = given(app, "--out"); !out.empty()) {
    to.out = out.back();
    if (to.out.empty()) return "--out: is empty; name a file";
  }
  if (raw.input == "-" && !raw.format)
    return fmt::format("-: standard input has no name that tells its format; add {} {}", plan_format_flag,
                       alternatives(input::file_formats));
  return {};
}

std::string read_doctor(const CLI::App& app, app::doctor_options& to) {
  return read_format(app, app::report_formats, to.format);
}

// The empty text where all is well; what is wrong otherwise.
std::string read_export(const CLI::App& app, app::export_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto wrong = read_format(app, app::export_formats, to.format); !wrong.empty()) return wrong;
  for (const auto& list : given(app, "--outcome"))
    for (std::string_view rest = list; !rest.empty();) {
      const auto name = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      const auto one = parse_outcome(name);
      if (!one)
        return fmt::format(
            "--outcome: must be of applied, unchanged, skipped, superseded, refused, mismatch, failed, "
            "unknown, "
            "invalid, with commas between (got \"{}\")",
            name);
      to.outcomes.push_back(*one);
    }
  to.with_input = app.count("--with-input") > 0;
  return read_generation(app, to.generation);
}

std::string read_undo(const CLI::App& app, undo_arguments& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto profile = given(app, "--profile"); !profile.empty()) to.profile = profile.back();
  if (auto file = given(app, "--config"); !file.empty()) to.config_file = file.back();
  return read_generation(app, to.generation);
}

std::string read_trust(const CLI::App& app, trust_options& to) {
  if (auto file = given(app, "FILE"); !file.empty()) {
    to.file = file.back();
    if (to.file.empty()) return "FILE: is empty; name a settings file";
  }
  if (auto directory = given(app, "--state-dir"); !directory.empty()) to.state_dir = directory.back();
  return {};
}

// The commands that a message about a pawl.toml which was merely found can offer.
void add_ways_out(config::raw_options& raw, std::vector<std::string> arguments) {
  std::string state = raw.state_dir.value_or("");
  for (const std::string_view text : raw.overrides)
    if (constexpr std::string_view key = "state_dir="; text.starts_with(key)) state = text.substr(key.size());
  const std::string file{config::found_settings_name};
  raw.trusting_command = "pawl trust " + file + (state.empty() ? "" : " " + shell_flag("--state-dir", state));
  arguments.insert(arguments.begin() + 1, {"--config", file});
  raw.naming_command = "pawl " + shell_words(shown_arguments(std::move(arguments)));
}

std::string read_status(const CLI::App& app, app::status_options& to) {
  to.ledger = given(app, "LEDGER").back();
  return read_format(app, app::report_formats, to.format);
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

// CLI11 stops at the first error, so what came of --summary is looked up by hand.
std::string find_summary(const std::vector<std::string>& arguments) {
  constexpr std::string_view flag = "--summary";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == flag && i + 1 < arguments.size()) return arguments[i + 1];
    if (arguments[i].starts_with("--summary=")) return arguments[i].substr(flag.size() + 1);
  }
  return {};
}

}  // namespace

std::variant<command_line, early_exit> parse_arguments(const std::vector<std::string>& arguments) {
  CLI::App app{
      "pawl applies a file of updates to a REST API: within its limits, and every row ends in a true "
      "outcome.",
      "pawl"};
  app.footer(main_footer);
  app.set_version_flag("--version", "pawl " PAWL_VERSION, "Print the version.");
  app.set_help_flag("-h,--help", "Print this help.");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  auto* run =
      app.add_subcommand("run", "Validate a file, apply it, record every outcome; resumes where it stopped.");
  auto* check = app.add_subcommand("check", "Validate a file offline; nothing is sent or written.");
  auto* exports = app.add_subcommand("export", "Print one line per row that has an outcome.");
  auto* status = app.add_subcommand("status", "Print how far a ledger is, also while a run goes on.");
  auto* undo = app.add_subcommand("undo", "Print the jobs that bring back what a run has overwritten.");
  add_input_command(*run);
  run->footer(run_footer);
  auto* plan = app.add_subcommand("plan", "Read only: what would change, what it costs, how long it takes.");
  add_text(*plan, "--format", joined_names(app::plan_formats, "|"),
           "A screen for people, or a JSON object for each row. Default: text.");
  add_text(*plan, "--out", "FILE",
           "Write the jobs that remain, with what they expect, as an input for run. Default: nowhere.");
  add_input_command(*plan, plan_format_flag);
  plan->footer(plan_footer);
  add_input_command(*check);
  check->footer(check_footer);

  add_positional(*exports, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*exports, "--format", joined_names(app::export_formats, "|"),
           "Format of the output. Default: csv.");
  add_text(*exports, "--outcome", "NAMES",
           "Only rows with these outcomes, with commas between. Default: all.");
  add_switch(*exports, "--with-input",
             "Add the columns of the input, for a file that can be mended and run again. Default: off.");
  add_text(*exports, "--generation", "N", "Which pass over the input. Default: the newest.");
  exports->footer(export_footer);

  add_positional(*status, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*status, "--format", joined_names(app::report_formats, "|"),
           "Lines for people or one JSON object. Default: text.");
  status->footer(status_footer);

  add_positional(*undo, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*undo, "--generation", "N", "Which pass over the input. Default: the newest.");
  add_text(*undo, "--profile", "NAME|FILE",
           "The profile of the run. Default: api.profile of the settings if it is the one that the ledger "
           "names, else that one of pawl's own.");
  add_text(*undo, "--config", "FILE",
           "Settings in TOML, for api.profile. Default: ./pawl.toml if it is there.");
  undo->footer(undo_footer);
  auto* verify =
      app.add_subcommand("verify", "Read what was applied again, and report what has drifted since.");
  add_positional(*verify, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*verify, "--format", joined_names(app::drift_formats, "|"),
           "Format of the lines about drift. Default: text.");
  add_text(*verify, "--generation", "N", "Which pass over the input. Default: the newest.");
  add_reading_flags(*verify);
  verify->footer(verify_footer);

  auto* pull = app.add_subcommand("pull", "List resources by conditions, as an input for run.");
  add_list(*pull, "--where", "CONDITION",
           "Only resources for which this holds; repeatable: all must hold. "
           "Default: all resources.");
  add_list(*pull, "--note", "FIELD",
           "Show this field in a column of notes (_FIELD), which run does not send; "
           "repeatable. Default: title and status, where there are such fields.");
  add_list(*pull, "--expect", "FIELD",
           "Add what the field shows as a precondition (expect.FIELD); repeatable; "
           "none for none. Default: the fields of --where that can be expected.");
  add_text(*pull, "--out", "FILE", "Where to write, by rename at the end. Default: standard output.");
  add_text(*pull, "--format", joined_names(app::table_formats, "|"),
           "Format of the output. Default: by the name of --out, else csv.");
  add_reading_flags(*pull);
  pull->footer(pull_footer);

  auto* doctor = app.add_subcommand("doctor", "Check key, scopes, TLS, clock and limits with one read.");
  add_text(*doctor, "--format", joined_names(app::report_formats, "|"),
           "Lines for people or one JSON object. Default: text.");
  add_reading_flags(*doctor);
  doctor->footer(doctor_footer);

  auto* trust = app.add_subcommand("trust", "Let a settings file that is found decide, as it is now.");
  const std::string file_help = "The settings file. Default: ./pawl.toml.";
  trust->add_option("FILE", file_help)->type_name("");
  add_text(*trust, "--state-dir", "DIR",
           "Directory that keeps what is trusted. Default: $XDG_STATE_HOME/pawl or ~/.local/state/pawl.");
  trust->footer(trust_footer);

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
    // CLI11 takes its arguments from the back.
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
  } catch (const CLI::CallForHelp&) {
    return early_exit{app::exit_success, app.help() + "\n", "", ""};
  } catch (const CLI::CallForVersion& version) {
    return early_exit{app::exit_success, std::string{version.what()} + "\n", "", ""};
  } catch (const CLI::ParseError& e) {
    const auto* command = chosen();
    if (command == nullptr) {
      if (arguments.empty() || arguments.front().starts_with("-"))
        return complain(nullptr, fmt::format("no command; there are {}", command_names));
      std::vector<std::string> commands;
      for (const auto* one : app.get_subcommands({})) commands.push_back(one->get_name());
      return complain(nullptr, unknown_command(arguments.front(), commands, command_names));
    }
    if (const auto extras = app.remaining(); !extras.empty())
      return complain(nullptr, before_the_command(extras, command->get_name(), arguments));
    if (const auto extras = command->remaining(); !extras.empty())
      return complain(command, unexpected(extras, flags_of(*command)));
    return complain(command, mismatch_in_words(e.what()));
  }

  const auto* command = chosen();
  command_line line;
  line.arguments = arguments;
  std::string what;
  if (command == run || command == check || command == plan) {
    line.what = command == run ? command::run : command == check ? command::check : command::plan;
    what = complaint_about(*command);
    if (what.empty()) line.raw = read_raw(*command);
    if (what.empty() && command == plan) what = read_plan(*command, line.raw, line.plan);
  } else if (command == verify || command == pull || command == doctor) {
    what = complaint_about(*command);
    if (what.empty()) line.raw = read_reading_raw(*command);
    if (command == verify) {
      line.what = command::verify;
      if (what.empty()) what = read_verify(*command, line.verify);
    } else if (command == pull) {
      line.what = command::pull;
      if (what.empty()) what = read_pull(*command, line.pull);
    } else {
      line.what = command::doctor;
      if (what.empty()) what = read_doctor(*command, line.doctor);
    }
  } else if (command == exports) {
    line.what = command::export_jobs;
    what = read_export(*command, line.export_jobs);
  } else if (command == trust) {
    line.what = command::trust;
    what = read_trust(*command, line.trust);
  } else if (command == undo) {
    line.what = command::undo;
    what = read_undo(*command, line.undo);
  } else {
    line.what = command::status;
    what = read_status(*command, line.status);
  }
  if (!what.empty()) return complain(command, what);
  add_ways_out(line.raw, arguments);
  line.undo.trusting_command = line.raw.trusting_command;
  line.undo.naming_command = line.raw.naming_command;
  return line;
}

}  // namespace pawl::cli
