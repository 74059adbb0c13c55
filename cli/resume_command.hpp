// The command that goes on where a run stopped, where that is not simply the same one again. Pure.
#pragma once

#include "engine/input/job_source.hpp"

#include <string>
#include <vector>

namespace pawl::cli {

struct resumption {
  std::vector<std::string> arguments;  // of the run that stopped, from "run" on
  std::string input;                   // as it stands among them
  std::string copy;  // where standard input or a pipe was kept; empty: the input can be read again
  std::string ledger;
  input::file_format format = input::file_format::csv;  // of the copy, whose name does not tell
};

// A line for a shell. --fresh and --again, which would start anew, are left out. Empty: the same command goes
// on.
std::string resume_command(const resumption&);

}  // namespace pawl::cli
