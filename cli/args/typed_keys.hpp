// Finds keys that were typed where a name belongs, so that every message that quotes such a word conceals it.
// Pure except for the question whether a file exists.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace pawl::cli {

// Returns words that name no file, look like a key, and stand where keys are typed by mistake: as an operand,
// or as the value of --token-env, --token-file, --key and other options that name files, of -o, and of
// unknown options. Also returns the secret parts of URLs there and behind --base-url and --proxy. Data
// (--set, --where, ...) is not looked at. `is_there` tells whether the word names a file.
std::vector<std::string> typed_keys(const std::vector<std::string>& arguments,
                                    const std::function<bool(const std::string&)>& is_there);

}  // namespace pawl::cli
