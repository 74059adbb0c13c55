// Says what is wrong with a command line, in plain words and with the name that was probably meant. Pure;
// knows CLI11 only by its texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

// For arguments (at least one) that no option and no operand takes. `flags` are the flags that exist.
std::string unexpected(const std::vector<std::string>& extras, const std::vector<std::string>& flags);

// For arguments in front of the command, which is one of all `arguments`.
std::string before_the_command(const std::vector<std::string>& extras, const std::string& command,
                               std::vector<std::string> arguments);

// "frobnicate is not a command; did you mean ...?"; lists `all` ("run, check and ...") if no name is near.
std::string unknown_command(const std::string& name, const std::vector<std::string>& commands,
                            std::string_view all);

// Words CLI11's ArgumentMismatch: a value is missing, there is one too many, or a switch has a value.
std::string mismatch_in_words(std::string_view cli11);

}  // namespace pawl::cli
