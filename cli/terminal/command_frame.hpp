// What every command with settings begins and ends with: the settings, the log that they ask for, signals,
// and the exit code.
#pragma once

#include "cli/terminal/console.hpp"
#include "config/settings.hpp"
#include "engine/app/host.hpp"
#include "engine/app/summary.hpp"
#include "engine/model/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

using use_case = std::function<app::result(const config::settings&, const app::host&)>;

// Reads the settings, prints all complaints about them, and runs `work` with a listener on this terminal. The
// exit code. `arguments` as given, from the name of the command on; they outlive the call.
int run_use_case(const config::raw_options&, const std::vector<std::string>& arguments,
                 const config::environment&, console&, const use_case& work);

// Where the summary and something else would both go to standard output: "the plan goes". The failure to end
// with.
std::optional<failure> refuse_summary_there(const config::settings&, const char* what, const char* remedy);

// Prints what a command answers, unless the summary goes there. A reader that has seen enough closes the
// pipe: the answer is the exit code.
status print_answer(const config::settings&, std::string_view text);

}  // namespace pawl::cli
