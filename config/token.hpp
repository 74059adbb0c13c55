// Reads the key that settings name. The only place where it enters the process; no message shows any of it,
// and from here on it is concealed in whatever else comes in (engine/text/redaction.hpp).
#pragma once

#include "config/settings.hpp"
#include "engine/app/token_source.hpp"
#include "engine/model/error.hpp"

#include <string>

namespace pawl::config {

using app::token_reading;

// From the environment variable or the file that the settings name; a file is read anew at each call, so that
// a rotated key is picked up. Failures (kind usage): not set, empty, over 16 KiB, unreadable, a line break,
// another control character, white space at an end (one line end after the key of a file is dropped), a
// character that nobody sees, quotes around the key, or a scheme, header or variable before it.
expected<token_reading> read_token(const settings&, const environment&);

// Whether another reading may give another key: it stands in a regular file. (A pipe gives its bytes once,
// and might block; the environment of a process does not change.)
bool token_may_change(const settings&);

// What stands for these names in a message: a name that looks like a key, typed in the wrong place, is not
// shown.
std::string shown_token_variable(const std::string& name);
std::string shown_token_file(const std::string& path);

}  // namespace pawl::config
