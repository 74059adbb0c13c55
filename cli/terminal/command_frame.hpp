// The beginning and the end of every command with settings: reads the settings, opens the log, handles
// signals, returns the exit code.
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

// Reads the settings, prints all complaints about them, and runs `work` with a listener on this terminal.
// Returns the exit code. `arguments` are as given, from the name of the command on; they must outlive the
// call.
int run_use_case(const config::raw_options&, const std::vector<std::string>& arguments,
                 const config::environment&, console&, const use_case& work);

// The failure if the summary and something else would both go to standard output. `what` says what else: "the
// plan goes".
std::optional<failure> refuse_summary_there(const config::settings&, const char* what, const char* remedy);

// Prints the answer of a command, unless the summary goes to standard output. It is no failure if the reader
// closes the pipe.
status print_answer(const config::settings&, std::string_view text);

}  // namespace pawl::cli
