// Words of a command line that people can copy into a shell. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// As it is where a POSIX shell takes it so, else in single quotes. A terminal cannot be trusted with control
// characters, nor a person with invisible ones: a word that has some is written as "$(printf '...')".
std::string shell_word(std::string_view);

// Several, with spaces between.
std::string shell_words(const std::vector<std::string>&);

// An operand: a path that begins with a dash gets ./ in front, so that it is no option.
std::string shell_path(std::string_view);

// "--map 'Old name=title'": a flag that takes a value, with one. A value that begins with a dash is joined to
// it.
std::string shell_flag(std::string_view flag, std::string_view value);

}  // namespace pawl
