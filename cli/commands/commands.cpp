#include "cli/commands/commands.hpp"

#include <array>

namespace pawl::cli {

std::span<const command* const> all_commands() {
  static constexpr std::array all{&run_command,         &plan_command,  &rehearse_command, &check_command,
                                  &verify_command,      &undo_command,  &pull_command,     &doctor_command,
                                  &profile_command,     &trust_command, &export_command,   &status_command,
                                  &check_ledger_command};
  return all;
}

}  // namespace pawl::cli
