#include "cli/arguments.hpp"

#include "cli/argument_hints.hpp"
#include "cli/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace pawl::cli {
namespace {

using config::raw_options;

// Help shows the groups in this order.
constexpr const char* of_input = "Input";
constexpr const char* of_target = "Target and key";
constexpr const char* of_limits = "Limits";
constexpr const char* of_run = "Run";
constexpr const char* of_output = "Output";

struct text_flag {
  const char* name;
  std::optional<std::string> raw_options::* to;
  const char* value;
  const char* group;
  const char* help;
};

// Flags that stand for a setting have no text here: config says what they mean and what their default is.
constexpr const char* of_setting = nullptr;

constexpr std::array text_flags{
    text_flag{"--format", &raw_options::format, "csv|ndjson", of_input,
              "Format of the input. Default: by its name (.csv .tsv, .ndjson .jsonl)."},
    text_flag{"--id-column", &raw_options::id_column, "NAME", of_input,
              "Column or member that holds the resource id. Default: the profile's, usually id."},
    text_flag{"--config", &raw_options::config_file, "FILE", of_target,
              "Settings in TOML. Default: ./pawl.toml if it is there."},
    text_flag{"--profile", &raw_options::profile, "NAME|FILE", of_target, of_setting},
    text_flag{"--base-url", &raw_options::base_url, "URL", of_target, of_setting},
    text_flag{"--token-env", &raw_options::token_env, "NAME", of_target, of_setting},
    text_flag{"--token-file", &raw_options::token_file, "FILE", of_target, of_setting},
    text_flag{"--ca-file", &raw_options::ca_file, "FILE", of_target, of_setting},
    text_flag{"--cert", &raw_options::cert, "FILE", of_target, of_setting},
    text_flag{"--key", &raw_options::key, "FILE", of_target, of_setting},
    text_flag{"--proxy", &raw_options::proxy, "URL", of_target, of_setting},
    text_flag{"--reserve", &raw_options::reserve, "PERCENT", of_limits, of_setting},
    text_flag{"--concurrency", &raw_options::concurrency, "N|auto", of_limits, of_setting},
    text_flag{"--ledger", &raw_options::ledger, "FILE", of_run, of_setting},
    text_flag{"--limit", &raw_options::limit, "N", of_run,
              "Take only the next N pending rows, as a canary; exit 3 if rows remain. Default: all rows."},
    text_flag{"--max-failures", &raw_options::max_failures, "N|N%|none", of_run, of_setting},
    text_flag{"--retry", &raw_options::retry, "OUTCOMES", of_run,
              "Take rows of the same input again that ended so: failed, refused, mismatch, unknown, with "
              "commas between; what later rows of an id have written stays. Default: none."},
    text_flag{"--state-dir", &raw_options::state_dir, "DIR", of_run, of_setting},
    text_flag{"--summary", &raw_options::summary, "FILE|-", of_output,
              "Write a JSON summary at the end, whatever the end; - for standard output. Default: none."},
    text_flag{"--progress", &raw_options::progress, "auto|line|plain|none", of_output,
              "Live line on a terminal, plain lines (every 10 s, after 10 minutes every minute), or none. "
              "Default: auto."},
    text_flag{"--log-format", &raw_options::log_format, "text|json", of_output,
              "Lines for people, or a JSON object a line. Default: text."},
    text_flag{"--log-file", &raw_options::log_file, "FILE", of_output,
              "Append the log to a file too, with times. Default: standard error only."},
};

struct list_flag {
  const char* name;
  std::vector<std::string> raw_options::* to;
  const char* value;
  const char* group;
  const char* help;
};

constexpr std::array list_flags{
    list_flag{"--map", &raw_options::map, "COLUMN=FIELD", of_input,
              "Read a column as a field; repeatable. Default: columns are named as fields."},
    list_flag{"--ignore-column", &raw_options::ignore_column, "NAME", of_input,
              "Leave a column out; repeatable. Default: none."},
    list_flag{"--set", &raw_options::set, "FIELD=VALUE", of_input,
              "Give every row this field too; repeatable. Default: none."},
    list_flag{
        "--only-if", &raw_options::only_if, "FIELD=VALUE", of_input,
        "Precondition for every row, such as 'updated_at older than 90d'; a row of which it does not hold "
        "is skipped; repeatable. Default: none."},
    list_flag{"--rate", &raw_options::rate, "N/s|N/min|N/10s|unlimited", of_limits, of_setting},
    list_flag{"--read-rate", &raw_options::read_rate, "N/s|N/min|N/10s|unlimited", of_limits, of_setting},
    list_flag{"-o", &raw_options::overrides, "KEY=VALUE", of_target,
              "Any setting of the configuration file, such as retry.cap=30s; repeatable. Default: none."},
};

struct switch_flag {
  const char* name;
  bool raw_options::* to;
  const char* group;
  const char* help;
};

constexpr std::array switch_flags{
    switch_flag{
        "--skip-invalid", &raw_options::skip_invalid, of_input,
        "Record rows that are wrong as invalid and apply the others. Default: exit 2, nothing is sent."},
    switch_flag{"--fresh", &raw_options::fresh, of_run,
                "Give up what is left of an unfinished run and start anew. Default: go on."},
    switch_flag{"--again", &raw_options::again, of_run,
                "Apply a finished input once more. Default: say when it finished."},
    switch_flag{"--no-read-first", &raw_options::no_read_first, of_run,
                "Write every row without reading it first. Default: the profile's read_first."},
    switch_flag{
        "--force-unechoed", &raw_options::force_unechoed, of_run,
        "Also write rows of which only fields differ that no read shows, such as closed_loop. Default: "
        "they ride with the field that they belong to."},
    switch_flag{"--yes", &raw_options::yes, of_run,
                "Do not ask before the first write (this version never asks). Default: off."},
    switch_flag{"-q,--quiet", &raw_options::quiet, of_output, "Errors and warnings only. Default: off."},
};

constexpr const char* verbose_help =
    "Say the settings with their sources, and each wait, too; twice: also the defaults. Default: off.";

// Parts of the documentation that later versions bring: named as such instead of "unknown".
constexpr std::array later_commands{"plan"};

constexpr std::string_view command_names = "run, check, verify, undo, pull, doctor, export and status";

constexpr const char* main_footer =
    "Examples:\n"
    "  pawl check jobs.csv                            is the file right? nothing is sent\n"
    "  pawl run jobs.csv                              apply it; the same command goes on after any stop\n"
    "  pawl run ids.csv --set status=done --limit 5   a bare list of ids, and only five of them first\n"
    "  pawl status jobs.csv.ledger                    how far is it?\n"
    "  pawl export jobs.csv.ledger --outcome failed,refused --with-input > to-mend.csv\n"
    "  pawl verify jobs.csv.ledger                    does everything still show what was written?\n"
    "  pawl pull --where status=open --out open.csv   an input from what the API lists\n"
    "  pawl doctor                                    are key, scopes, TLS and limits right?\n"
    "\n"
    "Exit codes: 0 every row is a success; 1 finished, some rows failed; 2 usage or input error, nothing was "
    "sent;\n"
    "3 stopped, run the same command again later; 4 stopped, a person must act; 130, 143, 129 interrupted.\n"
    "'pawl COMMAND --help' lists the options of a command.";

constexpr const char* run_footer =
    "Examples:\n"
    "  pawl run jobs.csv\n"
    "  pawl run jobs.ndjson --rate 30/min --summary summary.json\n"
    "  pawl run export.csv --map \"Thread ID=id\" --ignore-column Notes --set status=done\n"
    "  make-jobs | pawl run - --format ndjson --ledger nightly.ledger\n"
    "  pawl run jobs.csv --base-url https://127.0.0.1:8443/api/v2 --ca-file sandbox-ca.pem --ledger "
    "rehearsal.ledger";

constexpr const char* check_footer =
    "Takes the options of run and reads only those that matter to the input.\n"
    "Examples:\n"
    "  pawl check jobs.csv\n"
    "  pawl check jobs.csv --set status=snoozed --set snoozed_until=2027-01-01T00:00:00Z";

constexpr const char* export_footer =
    "Examples:\n"
    "  pawl export jobs.csv.ledger > outcomes.csv\n"
    "  pawl export jobs.csv.ledger --outcome failed,refused --with-input > to-mend.csv\n"
    "  pawl export jobs.csv.ledger --format ndjson | jq 'select(.attempts > 1)'";

constexpr const char* status_footer =
    "Examples:\n"
    "  pawl status jobs.csv.ledger\n"
    "  watch -n 5 pawl status jobs.csv.ledger\n"
    "  pawl status jobs.csv.ledger --format json | jq .pending";

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
constexpr const char* verify_footer =
    "Reads only: pages of the list while they settle more than they cost, then one resource after the other. "
    "What a later\nrow of the same id wrote is what counts. Needs the input file of the run.\n"
    "Exit codes: 0 everything is as it was written; 1 something has drifted; 2 usage; 3 stopped, try again "
    "later; 4 a person must act.\n"
    "Examples:\n"
    "  pawl verify jobs.csv.ledger\n"
    "  pawl verify jobs.csv.ledger --format csv > drift.csv";

constexpr const char* pull_footer =
    "Conditions: FIELD = VALUE, FIELD != VALUE, FIELD < VALUE, FIELD > VALUE, FIELD older than 90d, FIELD "
    "newer "
    "than 15m,\nhas tag NAME, FIELD has VALUE, FIELD is null, FIELD is not null. A null is neither old nor "
    "new.\n"
    "The output is complete or not there: it is written when the last page has come.\n"
    "Examples:\n"
    "  pawl pull --where status=open --where 'last_inbound_message_at older than 90d' --out stale.csv\n"
    "  pawl run stale.csv --set status=done\n"
    "  pawl pull --where 'has tag billing' --note title --note company_name --format ndjson";

constexpr const char* doctor_footer =
    "Sends one read and looks at what comes back. Exit codes: 0 all is well; 4 something is to be mended; 3 "
    "the "
    "API cannot be\nreached now; 2 the settings are wrong.\n"
    "Examples:\n"
    "  pawl doctor\n"
    "  pawl doctor --config nightly.toml --format json";

// Texts of the command line are read from CLI11 as they stand: its conversions would take "[a,b]" and "{}"
// apart.
std::vector<std::string> given(const CLI::App& app, const std::string& name) {
  const auto* option = app.get_option_no_throw(name);
  return option == nullptr ? std::vector<std::string>{} : option->results();
}

std::string help_of(const char* flag, const char* own) {
  return own == of_setting ? config::flag_help(flag) : own;
}

// CLI11 takes a description that is not a `const std::string` for the variable to fill.
CLI::Option* add_text(CLI::App& app, const char* name, const char* value, const std::string& help) {
  return app.add_option(name, help)
      ->type_name(value)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

CLI::Option* add_switch(CLI::App& app, const char* name, const std::string& help) {
  return app.add_flag(name, help)->disable_flag_override();
}

CLI::Option* add_positional(CLI::App& app, const char* name, const std::string& help) {
  return app.add_option(name, help)->required()->type_name("");
}

void add_input_command(CLI::App& app) {
  add_positional(app, "INPUT", "The jobs: a CSV or NDJSON file, or - for standard input.");
  for (const auto* group : {of_input, of_target, of_limits, of_run, of_output}) {
    for (const auto& f : text_flags)
      if (f.group == group) add_text(app, f.name, f.value, help_of(f.name, f.help))->group(group);
    for (const auto& f : list_flags)
      if (f.group == group)
        add_text(app, f.name, f.value, help_of(f.name, f.help))
            ->group(group)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    for (const auto& f : switch_flags)
      if (f.group == group) add_switch(app, f.name, f.help)->group(group);
  }
  add_switch(app, "-v,--verbose", verbose_help)->group(of_output);
}

// What the commands that only read take: where to, as whom, how fast, and how to say it.
bool is_for_reading(std::string_view name, std::string_view group) {
  return group == of_target || group == of_limits || group == of_output || name == "--state-dir";
}

void add_reading_flags(CLI::App& app) {
  for (const auto* group : {of_target, of_limits, of_run, of_output}) {
    for (const auto& f : text_flags)
      if (f.group == group && is_for_reading(f.name, group))
        add_text(app, f.name, f.value, help_of(f.name, f.help))->group(group);
    for (const auto& f : list_flags)
      if (f.group == group && is_for_reading(f.name, group))
        add_text(app, f.name, f.value, help_of(f.name, f.help))
            ->group(group)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    for (const auto& f : switch_flags)
      if (f.group == group && is_for_reading(f.name, group)) add_switch(app, f.name, f.help)->group(group);
  }
  add_switch(app, "-v,--verbose", verbose_help)->group(of_output);
}

CLI::Option* add_list(CLI::App& app, const char* name, const char* value, const std::string& help) {
  return add_text(app, name, value, help)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::size_t times_given(const CLI::App& app, const std::string& name) {
  const auto* option = app.get_option_no_throw(name);
  return option == nullptr ? 0 : option->count();
}

raw_options read_reading_raw(const CLI::App& app) {
  raw_options raw;
  for (const auto& f : text_flags)
    if (is_for_reading(f.name, f.group))
      if (auto values = given(app, f.name); !values.empty()) raw.*f.to = values.back();
  for (const auto& f : list_flags)
    if (is_for_reading(f.name, f.group)) raw.*f.to = given(app, f.name);
  raw.quiet = times_given(app, "--quiet") > 0;
  raw.verbose = static_cast<int>(times_given(app, "--verbose"));
  return raw;
}

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

std::string read_verify(const CLI::App& app, verify_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto format = given(app, "--format"); !format.empty()) {
    if (format.back() == "csv")
      to.format = drift_format::csv;
    else if (format.back() == "ndjson")
      to.format = drift_format::ndjson;
    else if (format.back() != "text")
      return fmt::format("--format: must be text, csv or ndjson (got \"{}\")", format.back());
  }
  return read_generation(app, to.generation);
}

std::string read_pull(const CLI::App& app, pull_options& to) {
  to.where = given(app, "--where");
  to.notes = given(app, "--note");
  to.expect = given(app, "--expect");
  if (auto out = given(app, "--out"); !out.empty()) {
    to.out = out.back();
    if (to.out.empty()) return "--out: is empty; name a file, or leave it out for standard output";
  }
  if (auto format = given(app, "--format"); !format.empty()) {
    if (format.back() != "csv" && format.back() != "ndjson")
      return fmt::format("--format: must be csv or ndjson (got \"{}\")", format.back());
    to.format = format.back() == "csv" ? table_format::csv : table_format::ndjson;
  }
  return {};
}

std::string read_doctor(const CLI::App& app, doctor_options& to) {
  if (auto format = given(app, "--format"); !format.empty()) {
    if (format.back() != "text" && format.back() != "json")
      return fmt::format("--format: must be text or json (got \"{}\")", format.back());
    to.format = format.back() == "text" ? report_format::text : report_format::json;
  }
  return {};
}

// What CLI11 does not complain about.
std::string complaint_about(const CLI::App& app) {
  for (const auto& f : switch_flags) {
    const std::string name = std::string_view{f.name}.starts_with("-q") ? "--quiet" : f.name;
    if (const auto* o = app.get_option_no_throw(name); o != nullptr && o->count() > 1)
      return fmt::format("{} is given {} times; give it once", name, o->count());
  }
  if (times_given(app, "--quiet") > 0 && times_given(app, "--verbose") > 0)
    return "--quiet and --verbose exclude each other; give one of them";
  return {};
}

raw_options read_raw(const CLI::App& app) {
  raw_options raw;
  for (const auto& f : text_flags)
    if (auto values = given(app, f.name); !values.empty()) raw.*f.to = values.back();
  for (const auto& f : list_flags) raw.*f.to = given(app, f.name);
  for (const auto& f : switch_flags)
    raw.*f.to = app.count(std::string_view{f.name}.starts_with("-q") ? "--quiet" : f.name) > 0;
  raw.verbose = static_cast<int>(app.count("--verbose"));
  raw.input = given(app, "INPUT").back();
  return raw;
}

// The empty text where all is well; what is wrong otherwise.
std::string read_export(const CLI::App& app, export_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto format = given(app, "--format"); !format.empty()) {
    if (format.back() != "csv" && format.back() != "ndjson")
      return fmt::format("--format: must be csv or ndjson (got \"{}\")", format.back());
    to.format = format.back() == "csv" ? table_format::csv : table_format::ndjson;
  }
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

std::string read_undo(const CLI::App& app, undo_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto profile = given(app, "--profile"); !profile.empty()) to.profile = profile.back();
  return read_generation(app, to.generation);
}

std::string read_status(const CLI::App& app, status_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto format = given(app, "--format"); !format.empty()) {
    if (format.back() != "text" && format.back() != "json")
      return fmt::format("--format: must be text or json (got \"{}\")", format.back());
    to.format = format.back() == "text" ? report_format::text : report_format::json;
  }
  return {};
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
  add_input_command(*check);
  check->footer(check_footer);

  add_positional(*exports, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*exports, "--format", "csv|ndjson", "Format of the output. Default: csv.");
  add_text(*exports, "--outcome", "NAMES",
           "Only rows with these outcomes, with commas between. Default: all.");
  add_switch(*exports, "--with-input",
             "Add the columns of the input, for a file that can be mended and run again. Default: off.");
  add_text(*exports, "--generation", "N", "Which pass over the input. Default: the newest.");
  exports->footer(export_footer);

  add_positional(*status, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*status, "--format", "text|json", "Lines for people or one JSON object. Default: text.");
  status->footer(status_footer);

  add_positional(*undo, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*undo, "--generation", "N", "Which pass over the input. Default: the newest.");
  add_text(*undo, "--profile", "NAME|FILE",
           "The profile of the run. Default: the one that the ledger names.");
  undo->footer(undo_footer);
  auto* verify =
      app.add_subcommand("verify", "Read what was applied again, and report what has drifted since.");
  add_positional(*verify, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(*verify, "--format", "text|csv|ndjson", "Format of the lines about drift. Default: text.");
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
  add_text(*pull, "--format", "csv|ndjson", "Format of the output. Default: by the name of --out, else csv.");
  add_reading_flags(*pull);
  pull->footer(pull_footer);

  auto* doctor = app.add_subcommand("doctor", "Check key, scopes, TLS, clock and limits with one read.");
  add_text(*doctor, "--format", "text|json", "Lines for people or one JSON object. Default: text.");
  add_reading_flags(*doctor);
  doctor->footer(doctor_footer);

  for (const auto* name : later_commands)
    app.add_subcommand(name, "")->group("")->prefix_command()->set_help_flag();

  early_exit wrong;
  wrong.code = exit_usage;
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
    return early_exit{exit_success, app.help() + "\n", "", ""};
  } catch (const CLI::CallForVersion& version) {
    return early_exit{exit_success, std::string{version.what()} + "\n", "", ""};
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
      return complain(nullptr, before_the_command(extras, command->get_name()));
    if (const auto extras = command->remaining(); !extras.empty())
      return complain(command, unexpected(extras, flags_of(*command)));
    return complain(command, mismatch_in_words(e.what()));
  }

  const auto* command = chosen();
  command_line line;
  line.arguments = arguments;
  std::string what;
  if (std::ranges::find(later_commands, command->get_name()) != later_commands.end()) {
    what = command->get_name() + " is not part of this version yet";
    return complain(nullptr, what);
  }
  if (command == run || command == check) {
    line.what = command == run ? command::run : command::check;
    what = complaint_about(*command);
    if (what.empty()) line.raw = read_raw(*command);
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
  } else if (command == undo) {
    line.what = command::undo;
    what = read_undo(*command, line.undo);
  } else {
    line.what = command::status;
    what = read_status(*command, line.status);
  }
  if (!what.empty()) return complain(command, what);
  return line;
}

}  // namespace pawl::cli
