// Writes words of a command line that people can copy into a shell. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// Writes the word as it is where a POSIX shell takes it so, else in single quotes. A terminal may act on
// control characters, and a person cannot see invisible ones: a word that has either is written as "$(printf
// '...')".
std::string shell_word(std::string_view);

// Writes several words with spaces between them.
std::string shell_words(const std::vector<std::string>&);

// Writes an operand: a path that begins with a dash gets ./ in front, so that it is not taken for a flag.
std::string shell_path(std::string_view);

// Writes a flag with its value: "--map 'Old name=title'". A value that begins with a dash is joined to the
// flag by an equals sign.
std::string shell_flag(std::string_view flag, std::string_view value);

}  // namespace pawl
