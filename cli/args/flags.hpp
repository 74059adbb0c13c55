// The flags that several commands have: their names, their help, and how they are read. For the files of the
// commands; CLI11 stays in the .cpp.
#pragma once

#include "cli/args/arguments.hpp"
#include "config/settings.hpp"
#include "engine/text/name_table.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pawl::cli {

// Add one option to a command: with one value, with one value each time that it is given, without a value,
// the required operand, and one that may be left out.
CLI::Option* add_text(CLI::App&, const char* name, const std::string& value, const std::string& help);
CLI::Option* add_list(CLI::App&, const char* name, const char* value, const std::string& help);
CLI::Option* add_switch(CLI::App&, const char* name, const std::string& help);
CLI::Option* add_positional(CLI::App&, const char* name, const std::string& help);
CLI::Option* add_operand(CLI::App&, const char* name, const std::string& help);

// The values that were given for it, in order; empty if the command has no such option.
std::vector<std::string> given(const CLI::App&, const std::string& name);
std::size_t times_given(const CLI::App&, const std::string& name);

// The flag of `plan` for the format of its input; its --format is the format of the plan.
inline constexpr const char* plan_format_flag = "--input-format";

// Adds INPUT and everything that `run` takes. The format of the input gets another name if --format has
// another meaning.
void add_input_command(CLI::App&, const char* format_flag = "--format");
// Returns what is wrong; empty: all is well. So do the functions below.
std::string read_input_flags(const CLI::App&, config::raw_options& to);

// Adds the flags of commands that only read: which API, which key, how fast, and how to report.
void add_reading_flags(CLI::App&);
std::string read_reading_flags(const CLI::App&, config::raw_options& to);

// Reads --generation.
std::string read_generation(const CLI::App&, std::optional<std::int64_t>& to);

// Reads the flags that only this command has into `to.own`.
template <class Own>
std::string read_own_flags(const CLI::App& app, command_line& to,
                           std::string (*read)(const CLI::App&, Own&)) {
  Own own;
  auto wrong = read(app, own);
  to.own = std::move(own);
  return wrong;
}

// `to` keeps its value if no format is given.
template <class Format, std::size_t N, class To>
std::string read_format(const CLI::App& app, const name_table<Format, N>& formats, To& to) {
  const auto text = given(app, "--format");
  if (text.empty()) return {};
  const auto found = find_named(formats, text.back());
  if (!found) return fmt::format("--format: must be {} (got \"{}\")", alternatives(formats), text.back());
  const Format format = *found;
  to = format;
  return {};
}

}  // namespace pawl::cli
