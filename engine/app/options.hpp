// What a use case is told: one plain value, checked and without a word of where it came from. The command
// line makes it of flags, files and profiles (config/settings); a program that links the library fills it in.
#pragma once

#include "engine/api/precondition.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/input/job_source.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/run/run_options.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace pawl::app {

struct options {
  api::profile profile;
  api::reading_spec reading;  // of the same profile
  http::endpoint target;

  input::source_options source;
  std::string input_path;       // "-" for standard input
  bool allow_open_end = false;  // of what is spooled: its last line may have no end
  std::string ledger_path;
  std::string state_directory;  // where the quota of a key is kept; empty: none is known, and what sends a
                                // request cannot
  run::run_options run;
  std::string expected_account;  // the use case stops if the API names another one; empty: any
  bool read_first = false;
  duration max_snapshot_age = std::chrono::minutes{5};
  std::vector<std::string> only_if;           // as given
  std::vector<api::precondition> conditions;  // only_if, parsed; in the same order
  bool fresh = false, again = false;
  bool wait = false;  // for another process that holds the ledger or the key; else: failure_kind::later
  std::vector<outcome> retry;  // rows that ended so are taken again; empty: none

  std::string summary_path;  // empty: none; "-": standard output

  // What the ledger keeps of the settings: JSON, without secrets, keys in the order of the reference.
  std::string as_json;
};

// What follows from a profile for an input that lies in a file: where requests go, the limits, whether it is
// read first, and a ledger beside the input. Failure (usage): the profile's base URL is not one. Everything
// else is as documented for the settings, and the caller's to change; derive() after that.
expected<options> options_for(api::profile, std::string input_path);

// Says once more what other members of `o` say already, for those below that see only their own: the target,
// what is read first, the conditions, the name of this program.
void derive(options& o);

}  // namespace pawl::app
