// Words of a command line that people can copy into a shell. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

// As it is where a POSIX shell takes it so, else in single quotes.
std::string shell_word(std::string_view);

// Several, with spaces between.
std::string shell_words(const std::vector<std::string>&);

}  // namespace pawl::cli
