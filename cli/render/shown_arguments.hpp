// Writes a command line as messages may show it. Pure.
#pragma once

#include <string>
#include <vector>

namespace pawl::cli {

// The words, with *** in place of user, password and query in the URLs of --proxy and --base-url (and of
// their settings, given with -o), and of the words of auth.token_command; whoever pastes the command fills
// them in. Arguments that are data stay as they are.
std::vector<std::string> shown_arguments(std::vector<std::string> arguments);

}  // namespace pawl::cli
