// The commands: each one a function from what was asked to an exit code. What they print and write is their
// effect.
#pragma once

#include "cli/args/arguments.hpp"
#include "cli/terminal/console.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace pawl::cli {

// `arguments` as given, from "run" on: for the command that goes on.
int run_command(const config::raw_options&, const std::vector<std::string>& arguments,
                const config::environment&, console&);
int check_command(const config::raw_options&, const config::environment&, console&);
int export_command(const app::export_options&, console&);
int status_command(const app::status_options&, console&);
int undo_command(const undo_arguments&, const config::environment&, console&);
int plan_command(const config::raw_options&, const app::plan_options&, const config::environment&, console&);
int verify_command(const config::raw_options&, const app::verify_options&, const config::environment&,
                   console&);
int pull_command(const config::raw_options&, const app::pull_options&, const config::environment&, console&);
int trust_command(const trust_options&, const config::environment&, console&);
int doctor_command(const config::raw_options&, const app::doctor_options&, const config::environment&,
                   console&);

}  // namespace pawl::cli
