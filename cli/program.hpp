// What a program with these commands does from its start to its end.
#pragma once

#include "cli/args/arguments.hpp"

#include <span>

namespace pawl::cli {

// Reads the arguments and performs the command that they name. Returns the exit code.
int run_program(int argc, char** argv, std::span<const command* const> commands);

}  // namespace pawl::cli
