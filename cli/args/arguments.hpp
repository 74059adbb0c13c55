// From argv to raw options: which flags there are, what they are called, what help says. Values are checked
// by config.
#pragma once

#include "config/settings.hpp"
#include "engine/app/command_options.hpp"
#include "engine/app/undo.hpp"
#include "engine/model/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pawl::cli {

enum class command : std::uint8_t {
  run,
  plan,
  check,
  export_jobs,
  status,
  verify,
  pull,
  doctor,
  undo,
  trust
};
struct undo_arguments : app::undo_options {
  std::string profile;                     // name or file; empty: as the config file or the ledger says
  std::optional<std::string> config_file;  // unset: ./pawl.toml if it is there
  // As in config::raw_options.
  std::string trusting_command, naming_command;
};

struct trust_options {
  std::string file;       // empty: the pawl.toml that is found
  std::string state_dir;  // empty: the usual one
};

struct command_line {
  command what = command::run;
  std::vector<std::string> arguments;  // as given, from the command's name on
  config::raw_options raw;             // run, plan, check, verify, pull, doctor
  app::plan_options plan;
  app::export_options export_jobs;
  app::status_options status;
  undo_arguments undo;
  app::verify_options verify;
  app::pull_options pull;
  app::doctor_options doctor;
  trust_options trust;
};

// Instead of a command: a text to print and the code to exit with.
struct early_exit {
  int code = 0;
  std::string out;      // for standard output: help, version
  std::string error;    // for standard error: what is wrong with the arguments
  std::string summary;  // where the summary would have gone, as far as that could be read; may be empty
};

// `arguments` without the program's name. Pure.
std::variant<command_line, early_exit> parse_arguments(const std::vector<std::string>& arguments);

}  // namespace pawl::cli
