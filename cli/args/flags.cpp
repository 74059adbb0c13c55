#include "cli/args/flags.hpp"

#include "engine/text/name_table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
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
  std::string value;
  const char* group;
  const char* help;
};

// A flag that stands for a setting has no text here: config has its meaning and its default.
constexpr const char* of_setting = nullptr;

const std::array text_flags{
    text_flag{"--format", &raw_options::format, joined_names(input::file_formats, "|"), of_input,
              "Format of the input. Default: by its name (.csv .tsv, .ndjson .jsonl)."},
    text_flag{"--id-column", &raw_options::id_column, "NAME", of_input,
              "Column or member that holds the resource id. Default: the profile's, usually id."},
    text_flag{"--match", &raw_options::match, "FIELD", of_input,
              "Column by whose values rows name their resources, instead of ids: each value is looked up "
              "before the first write. Default: rows have ids."},
    text_flag{"--config", &raw_options::config_file, "FILE", of_target,
              "Settings in TOML. Default: PAWL_CONFIG in the environment, else ./pawl.toml if it is there "
              "(see pawl "
              "trust)."},
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
    text_flag{
        "--between", &raw_options::between, "HH:MM-HH:MM", of_run,
        "Write in these hours of the day only; outside of them exit 3, with when they begin. Default: any."},
    text_flag{"--tz", &raw_options::time_zone, "ZONE", of_run,
              "The time zone of --between, such as Europe/Berlin. Default: that of this machine."},
    text_flag{"--max-failures", &raw_options::max_failures, "N|N%|none", of_run, of_setting},
    text_flag{"--retry", &raw_options::retry, "OUTCOMES", of_run,
              "Take rows of the same input again that ended so: failed, refused, mismatch, unknown, with "
              "commas between; what later rows of an id have written stays. Default: none."},
    text_flag{"--state-dir", &raw_options::state_dir, "DIR", of_run, of_setting},
    text_flag{"--summary", &raw_options::summary, "FILE|-", of_output,
              "Write a JSON summary at the end, whatever the end; - for standard output. Default: none."},
    text_flag{"--progress", &raw_options::progress, joined_names(config::progress_kinds, "|"), of_output,
              "Live line on a terminal, plain lines (every 10 s, after 10 minutes every minute), or none. "
              "Default: auto."},
    text_flag{"--log-format", &raw_options::log_format, joined_names(config::log_formats, "|"), of_output,
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
    list_flag{
        "--fill-empty", &raw_options::fill_empty, "FIELD", of_input,
        "Write this field only where the resource has no value; a row of which nothing is left to write "
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
    switch_flag{"--allow-open-end", &raw_options::allow_open_end, of_input,
                "Take standard input or a pipe also where its last line has no end, as it is where the "
                "program before the "
                "pipe was cut off. Default: exit 2, nothing is sent."},
    switch_flag{
        "--skip-invalid", &raw_options::skip_invalid, of_input,
        "Record rows that are wrong as invalid and apply the others. Default: exit 2, nothing is sent."},
    switch_flag{
        "--skip-unmatched", &raw_options::skip_unmatched, of_input,
        "With --match: record rows that match no resource, or several, as invalid and apply the others. "
        "Default: exit 2, nothing is sent."},
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
    switch_flag{"--wait", &raw_options::wait, of_run,
                "Wait as long as another process uses the same ledger or key. Default: exit 3 and say who."},
    switch_flag{"--yes", &raw_options::yes, of_run,
                "Do not ask on a terminal before the first write. Default: ask there."},
    switch_flag{"-q,--quiet", &raw_options::quiet, of_output, "Errors and warnings only. Default: off."},
};

constexpr const char* verbose_help =
    "Say the settings with their sources, and each wait, too; twice: also the defaults. Default: off.";

std::string help_of(const char* flag, const char* own) {
  return own == of_setting ? config::flag_help(flag) : own;
}

// Finds errors that CLI11 does not complain about.
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

bool is_for_reading(std::string_view name, std::string_view group) {
  return group == of_target || group == of_limits || group == of_output || name == "--state-dir" ||
         name == "--wait";
}

}  // namespace

// Texts are taken from CLI11 as they were given: its conversions would split "[a,b]" and "{}".
std::vector<std::string> given(const CLI::App& app, const std::string& name) {
  const auto* option = app.get_option_no_throw(name);
  return option == nullptr ? std::vector<std::string>{} : option->results();
}

std::size_t times_given(const CLI::App& app, const std::string& name) {
  const auto* option = app.get_option_no_throw(name);
  return option == nullptr ? 0 : option->count();
}

// The texts are `const std::string`, because CLI11 takes a description of another type for the variable to
// fill.
CLI::Option* add_text(CLI::App& app, const char* name, const std::string& value, const std::string& help) {
  return app.add_option(name, help)
      ->type_name(value)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

CLI::Option* add_switch(CLI::App& app, const char* name, const std::string& help) {
  return app.add_flag(name, help)->disable_flag_override();
}

CLI::Option* add_positional(CLI::App& app, const char* name, const std::string& help) {
  return add_operand(app, name, help)->required();
}

CLI::Option* add_operand(CLI::App& app, const char* name, const std::string& help) {
  return app.add_option(name, help)->type_name("");
}

CLI::Option* add_list(CLI::App& app, const char* name, const char* value, const std::string& help) {
  return add_text(app, name, value, help)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_input_command(CLI::App& app, const char* format_flag) {
  add_positional(app, "INPUT", "The jobs: a CSV or NDJSON file, or - for standard input.");
  for (const auto* group : {of_input, of_target, of_limits, of_run, of_output}) {
    for (const auto& f : text_flags)
      if (f.group == group) {
        const auto* name = f.to == &raw_options::format ? format_flag : f.name;
        add_text(app, name, f.value, help_of(f.name, f.help))->group(group);
      }
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

std::string read_reading_flags(const CLI::App& app, raw_options& raw) {
  if (auto wrong = complaint_about(app); !wrong.empty()) return wrong;
  for (const auto& f : text_flags)
    if (is_for_reading(f.name, f.group))
      if (auto values = given(app, f.name); !values.empty()) raw.*f.to = values.back();
  for (const auto& f : list_flags)
    if (is_for_reading(f.name, f.group)) raw.*f.to = given(app, f.name);
  raw.quiet = times_given(app, "--quiet") > 0;
  raw.wait = times_given(app, "--wait") > 0;
  raw.verbose = static_cast<int>(times_given(app, "--verbose"));
  return {};
}

std::string read_input_flags(const CLI::App& app, raw_options& raw) {
  if (auto wrong = complaint_about(app); !wrong.empty()) return wrong;
  for (const auto& f : text_flags)
    if (f.to != &raw_options::format)
      if (auto values = given(app, f.name); !values.empty()) raw.*f.to = values.back();
  const bool has_own_format = app.get_option_no_throw(std::string{plan_format_flag}) != nullptr;
  if (auto values = given(app, has_own_format ? plan_format_flag : "--format"); !values.empty())
    raw.format = values.back();
  for (const auto& f : list_flags) raw.*f.to = given(app, f.name);
  for (const auto& f : switch_flags)
    raw.*f.to = app.count(std::string_view{f.name}.starts_with("-q") ? "--quiet" : f.name) > 0;
  raw.verbose = static_cast<int>(app.count("--verbose"));
  raw.input = given(app, "INPUT").back();
  return {};
}

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

}  // namespace pawl::cli
