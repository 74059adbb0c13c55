// From argv to raw options: which flags there are, what they are called, what help says. Values are checked
// by config.
#pragma once

#include "cli/terminal/console.hpp"
#include "config/settings.hpp"

#include <any>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace CLI {
class App;
}

namespace pawl::cli {

struct command;

struct command_line {
  const command* what = nullptr;
  std::vector<std::string> arguments;  // as given, from the command's name on
  config::raw_options raw;             // of commands with settings; the ways out of all
  std::any own;                        // what the command has read of its own flags
};

// One of the things that pawl can do: what help says of it, its flags, and how it goes.
struct command {
  std::string_view name, help;
  const char* footer;
  void (*add)(CLI::App&);
  // The empty text where all is well; what is wrong otherwise.
  std::string (*read)(const CLI::App&, command_line& to);
  // The exit code. What it prints and writes is its effect.
  int (*perform)(const command_line&, const config::environment&, console&);
};

// Instead of a command: a text to print and the code to exit with.
struct early_exit {
  int code = 0;
  std::string out;      // for standard output: help, version
  std::string error;    // for standard error: what is wrong with the arguments
  std::string summary;  // where the summary would have gone, as far as that could be read; may be empty
};

// `arguments` without the program's name. Pure.
std::variant<command_line, early_exit> parse_arguments(const std::vector<std::string>& arguments,
                                                       std::span<const command* const> commands);

}  // namespace pawl::cli
