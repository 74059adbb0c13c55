// Looks up the names of an input and of conditions in the list of the API, before anything is sent that
// depends on them. For `run` and every other command that compares an input with the API.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/app/ledger_choice.hpp"
#include "engine/app/options.hpp"
#include "engine/app/session.hpp"
#include "engine/input/used_names.hpp"
#include "engine/input/validation.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pawl::app {

// What has to be resolved, and how the list of names is read. All members must outlive the call.
struct name_question {
  const input::used_names& names;          // that pending rows use
  const ledger::row_set& done;             // the other rows
  const std::vector<std::string>& scopes;  // of the key; empty: the API does not tell
  // Reads the profile's list of names (runner::fetch_names, client::fetch_names). Called at most once, and
  // only if there are names. The directory must exist as long as it is used.
  std::function<expected<const api::name_directory*>()> fetch;
};

// Checks that every name stands for exactly one id. If not, it has told which ones do not, each with its
// line, and fails:
//   usage  names that are unknown or ambiguous; or the profile does not say how to look names up
//   mend   the list of names could not be read, for example because the key lacks the scope for it
//   later  interrupted, or the API is down
// Sends nothing but reads. Returns null if nothing has a name. Reads the input once more only if the rows
// have more names than are kept (used_names), to hold them against what the API lists: the source stands at
// the first row that may be pending, and again afterwards.
expected<const api::name_directory*> resolve_names(session&, ledger_choice&, const name_question&);

// Gives a failure to read the list of names its remedy, for example for a key without the scope. Pure.
failure names_not_read(failure why, const options&, const std::vector<std::string>& scopes);

// If a whole input does what renaming a tag does with one request, and the profile knows how: "every row
// takes "Old" away and puts "New" there (300 rows): ...". Empty otherwise, and for a handful of rows. Pure.
std::string rename_hint(const input::validation_report&, const options&);

}  // namespace pawl::app
