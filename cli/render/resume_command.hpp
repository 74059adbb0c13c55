// The command that goes on where a run stopped, where that is not simply the same one again. Pure.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/model/outcome.hpp"

#include <string>
#include <vector>

namespace pawl::cli {

struct resumption {
  std::vector<std::string> arguments;  // of the run that stopped, from "run" on
  std::string input;                   // as it stands among them
  std::string copy;  // the file to name in its place: where standard input or a pipe was kept; empty: the
                     // input can be read again
  std::string ledger;
  input::file_format format = input::file_format::csv;  // of the copy, whose name does not tell
};

// A line for a shell. --fresh and --again, which would start anew, are left out. Empty: the same command goes
// on.
std::string resume_command(const resumption&);

// The same, but with --fresh: it gives up what an unfinished run has left.
std::string fresh_command(const resumption&);

// Looks at what was written: `pawl verify` of the ledger, with the target, key, limits and state directory of
// the run.
std::string verify_command(const resumption&);

// The same with --retry in the place of any there was: it also takes the rows again that ended as one of
// `outcomes` (at least one). Never empty.
std::string retry_command(const resumption&, const std::vector<outcome>& outcomes);

}  // namespace pawl::cli
