// The flags that commands share: their names, their help, and how they come off the command line. For the
// files of the commands, with CLI11 behind them.
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

// One option of a command: with one value, with one value for each time that it is given, without a value,
// and the required operand.
CLI::Option* add_text(CLI::App&, const char* name, const std::string& value, const std::string& help);
CLI::Option* add_list(CLI::App&, const char* name, const char* value, const std::string& help);
CLI::Option* add_switch(CLI::App&, const char* name, const std::string& help);
CLI::Option* add_positional(CLI::App&, const char* name, const std::string& help);

// What was given for it, in order; empty where the command has no such option.
std::vector<std::string> given(const CLI::App&, const std::string& name);
std::size_t times_given(const CLI::App&, const std::string& name);

// What `plan` calls the format of its input, for its --format is that of the plan.
inline constexpr const char* plan_format_flag = "--input-format";

// INPUT and everything that `run` takes; the format of the input under another name where --format means
// another thing.
void add_input_command(CLI::App&, const char* format_flag = "--format");
// The empty text where all is well; what is wrong otherwise, as below.
std::string read_input_flags(const CLI::App&, config::raw_options& to);

// What the commands that only read take: where to, as whom, how fast, and how to say it.
void add_reading_flags(CLI::App&);
std::string read_reading_flags(const CLI::App&, config::raw_options& to);

// --generation.
std::string read_generation(const CLI::App&, std::optional<std::int64_t>& to);

// What a command has read of its own flags, into `to.own`.
template <class Own>
std::string read_own_flags(const CLI::App& app, command_line& to,
                           std::string (*read)(const CLI::App&, Own&)) {
  Own own;
  auto wrong = read(app, own);
  to.own = std::move(own);
  return wrong;
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

}  // namespace pawl::cli
