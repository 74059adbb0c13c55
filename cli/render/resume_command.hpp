// Makes the command that goes on where a run has stopped, if that is not the same command again. Pure.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/model/outcome.hpp"

#include <string>
#include <vector>

namespace pawl::cli {

struct resumption {
  std::vector<std::string> arguments;  // of the run that stopped, from "run" on
  std::string input;                   // as it was given among them
  std::string copy;  // the file to name in its place, because standard input or a pipe was kept; empty: the
                     // input can be read again
  std::string ledger;
  input::file_format format = input::file_format::csv;  // of the copy, whose name does not tell it
};

// A line for a shell. --fresh and --again, which would start anew, are left out. Empty: the same command goes
// on.
std::string resume_command(const resumption&);

// As resume_command(), but with --fresh: the command gives up what an unfinished run has left.
std::string fresh_command(const resumption&);

// The command that checks what was written: `pawl verify` of the ledger, with the target, key, limits and
// state directory of the run.
std::string command_to_verify(const resumption&);

// As resume_command(), with its own --retry in place of any other: the command also takes rows again whose
// outcome is one of `outcomes` (at least one). Never empty.
std::string retry_command(const resumption&, const std::vector<outcome>& outcomes);

}  // namespace pawl::cli
