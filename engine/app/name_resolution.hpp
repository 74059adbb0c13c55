// Names in an input and in conditions, held against what the API lists, before anything is sent that depends
// on them. For `run` and every other command that compares an input with the API.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/app/options.hpp"
#include "engine/app/session.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/validation.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pawl::app {

// What is to be resolved, and how the list of names is read. All outlive the call.
struct name_question {
  const std::string& input_name;  // for messages
  input::job_source& source;      // stands where the first pending row may be, and does so again afterwards
  // Of this invocation's validation; null: an earlier one has validated, and the pending rows are read for
  // their names.
  const input::validation_report* report = nullptr;
  bool may_have_names = true;  // false: no row of the input has a name (ledger_choice::may_have_names)
  std::function<bool(std::uint64_t row)> is_pending;
  const std::vector<std::string>& scopes;  // of the key; empty: the API does not say
  // Reads the profile's list of names (runner::fetch_names, client::fetch_names); called at most once, and
  // only if there are names. The directory must stay for as long as it is used.
  std::function<expected<const api::name_directory*>()> fetch;
};

// Every name stands for exactly one id, or this fails and has said which ones do not, each with its line:
//   usage  names that are unknown or ambiguous; or the profile does not say how to look names up
//   mend   the list of names could not be read, such as by a key without the scope for it
//   later  interrupted, or the API is down
// Nothing but reads is sent. The directory: null where nothing has a name.
expected<const api::name_directory*> resolve_names(session&, const name_question&);

// What to do about a key that may not list names, or a list that cannot be read. Pure.
failure names_not_read(failure why, const options&, const std::vector<std::string>& scopes);

// "every row takes "Old" away and puts "New" there (300 rows): ...": where a whole input does what renaming a
// tag does with one request, and the profile says how. Empty: it does not, or it is a handful of rows. Pure.
std::string rename_hint(const input::validation_report&, const options&);

}  // namespace pawl::app
