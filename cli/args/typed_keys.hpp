// Keys that were typed where a name belongs. Whatever message quotes such a word conceals it. Pure but for
// the question whether a file is there.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace pawl::cli {

// Words of a command line that name no file, look like a key, and stand where a key is typed by mistake: as
// an operand, or as the value of --token-env, --token-file, --key and other options that name files, of -o,
// and of options that there are not; and what is secret in a URL there or behind --base-url and --proxy. What
// stands as data (--set, --where ...) is not among them. `is_there`: whether the word names a file.
std::vector<std::string> typed_keys(const std::vector<std::string>& arguments,
                                    const std::function<bool(const std::string&)>& is_there);

}  // namespace pawl::cli
