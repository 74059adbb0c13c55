// All commands, in the order of the help. Each has a file of its own; this list names it.
#pragma once

#include "cli/args/arguments.hpp"

#include <span>

namespace pawl::cli {

extern const command run_command, plan_command, check_command, verify_command, undo_command, pull_command,
    doctor_command, profile_command, trust_command, export_command, status_command, check_ledger_command,
    rehearse_command;

std::span<const command* const> all_commands();

}  // namespace pawl::cli
