// The options of a use case: one plain value, checked, without its origin. The command line makes it from
// flags, files and profiles (config/settings); a program that links the library fills it in.
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
  bool allow_open_end = false;  // the last line of a spooled input may have no end
  std::string ledger_path;
  std::string state_directory;  // holds the quota of a key; empty: none is known, and a use case that sends
                                // requests fails
  run::run_options run;
  std::string expected_account;  // the use case stops if the API names another one; empty: any
  bool read_first = false;
  bool read_first_where_free = false;  // read_first = "auto" has decided it
  duration max_snapshot_age = std::chrono::minutes{5};
  std::vector<std::string> only_if;           // as given
  std::vector<api::precondition> conditions;  // only_if, parsed, in the same order
  std::vector<std::string> fill_empty;        // fields that are written only where the resource has no value
  bool skip_unmatched = false;  // rows that match no resource or several (source.match) become invalid
  bool fresh = false, again = false;
  bool wait = false;  // wait for another process that holds the ledger or the key; else: failure_kind::later
  std::vector<outcome> retry;  // rows with these outcomes are taken again; empty: none

  std::string summary_path;  // empty: none; "-": standard output

  // The settings as the ledger records them: JSON, without secrets, keys in the order of the reference.
  std::string as_json;
};

// The options that follow from a profile, for an input in a file: where requests go, the limits, whether to
// read first, and a ledger beside the input; and where a reply shows what the profile gives no path of: the
// id under "id", a field under its own name. Failure (usage): the profile's base URL is not one. All other
// options have the documented defaults, which the caller may change; it then calls derive().
expected<options> options_for(api::profile, std::string input_path);

// Copies what some members say to other members, for layers that see only their own part: the target, what is
// read first, the conditions, the name of this program.
void derive(options& o);

}  // namespace pawl::app
