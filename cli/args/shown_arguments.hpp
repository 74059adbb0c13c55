// A command line as messages may show it. Pure.
#pragma once

#include <string>
#include <vector>

namespace pawl::cli {

// The words, with *** in the place of what the URLs of --proxy and --base-url (and of their settings, with
// -o) say of a user, a password or a query: whoever pastes the command fills it in. What stands as data stays
// as it is.
std::vector<std::string> shown_arguments(std::vector<std::string> arguments);

}  // namespace pawl::cli
