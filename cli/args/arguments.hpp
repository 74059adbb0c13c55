// Turns argv into raw options: knows which flags there are, their names and their help. config checks the
// values.
#pragma once

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

class console;
struct command;

struct command_line {
  const command* what = nullptr;
  std::vector<std::string> arguments;  // as given, from the command's name on
  config::raw_options raw;             // of commands with settings; all commands have the ways out
  std::any own;                        // the command's own flags, as it has read them
};

// A command of pawl: what help says of it, its flags, and how it is performed.
struct command {
  std::string_view name, help;
  const char* footer;
  void (*add)(CLI::App&);
  // Returns what is wrong; empty: all is well.
  std::string (*read)(const CLI::App&, command_line& to);
  // Prints and writes, and returns the exit code.
  int (*perform)(const command_line&, const config::environment&, console&);
};

// What to do instead of a command: print a text and exit with a code.
struct early_exit {
  int code = 0;
  std::string out;      // for standard output: help, version
  std::string error;    // for standard error: what is wrong with the arguments
  std::string summary;  // where the summary should go, as far as that could be read; may be empty
};

// `arguments` does not contain the program's name. Pure.
std::variant<command_line, early_exit> parse_arguments(const std::vector<std::string>& arguments,
                                                       std::span<const command* const> commands);

}  // namespace pawl::cli
