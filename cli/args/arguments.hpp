// From argv to raw options: which flags there are, what they are called, what help says. Values are checked
// by config.
#pragma once

#include "config/settings.hpp"
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
enum class table_format : std::uint8_t { csv, ndjson };
enum class report_format : std::uint8_t { text, json };
enum class plan_format : std::uint8_t { text, ndjson };
enum class drift_format : std::uint8_t { text, csv, ndjson };

struct plan_options {
  plan_format format = plan_format::text;
  std::string out;  // file for the jobs that remain; empty: none
};

struct export_options {
  std::string ledger;
  table_format format = table_format::csv;
  std::vector<outcome> outcomes;           // empty: all
  bool with_input = false;                 // the original columns too
  std::optional<std::int64_t> generation;  // unset: the newest
};

struct status_options {
  std::string ledger;
  report_format format = report_format::text;
};

struct undo_options {
  std::string ledger;
  std::string profile;                     // name or file; empty: as the config file or the ledger says
  std::optional<std::string> config_file;  // unset: ./pawl.toml if it is there
  std::optional<std::int64_t> generation;  // unset: the newest
  // As in config::raw_options.
  std::string trusting_command, naming_command;
};

struct verify_options {
  std::string ledger;
  drift_format format = drift_format::text;
  std::optional<std::int64_t> generation;  // unset: the newest
};

struct pull_options {
  std::vector<std::string> where;          // conditions, as given; all must hold
  std::vector<std::string> notes, expect;  // fields; empty: the defaults of `pull`
  std::string out;                         // file; empty: standard output
  std::optional<table_format> format;      // unset: by the ending of `out`, else csv
};

struct doctor_options {
  report_format format = report_format::text;
};

struct trust_options {
  std::string file;       // empty: the pawl.toml that is found
  std::string state_dir;  // empty: the usual one
};

struct command_line {
  command what = command::run;
  std::vector<std::string> arguments;  // as given, from the command's name on
  config::raw_options raw;             // run, plan, check, verify, pull, doctor
  plan_options plan;
  export_options export_jobs;
  status_options status;
  undo_options undo;
  verify_options verify;
  pull_options pull;
  doctor_options doctor;
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
