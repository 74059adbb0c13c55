// What is wrong with a command line, in plain words and with the name that was probably meant. Pure; knows
// CLI11 by its texts only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

// Of arguments that no option and no operand takes (at least one). `flags` are those that there are.
std::string unexpected(const std::vector<std::string>& extras, const std::vector<std::string>& flags);

// Of arguments that stand in front of the command, which is one of all `arguments`.
std::string before_the_command(const std::vector<std::string>& extras, const std::string& command,
                               std::vector<std::string> arguments);

// "frobnicate is not a command; did you mean ...?", with `all` ("run, check and ...") where none is near.
std::string unknown_command(const std::string& name, const std::vector<std::string>& commands,
                            std::string_view all);

// CLI11's ArgumentMismatch in plain words: a value that is missing, one too many, a switch with a value.
std::string mismatch_in_words(std::string_view cli11);

}  // namespace pawl::cli
