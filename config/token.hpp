// Reads the key that the settings name. The key enters the process only here; no message shows any of it, and
// from then on it is concealed in all other text (engine/text/redaction.hpp).
#pragma once

#include "config/settings.hpp"
#include "engine/app/token_source.hpp"
#include "engine/model/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

using app::token_reading;

// What is wrong with a key, whatever it came from. `whose`: what holds it, for the message ("the key file").
status check_key(std::string_view key, const std::string& place, const std::string& whose, const settings&);

// Reads the environment variable or the file that the settings name (for a program:
// config/token_command.hpp). A file is read again at each call, so that a rotated key takes effect. Failures
// (kind usage): not set, empty, over 16 KiB, unreadable; a line break, another control character, an
// invisible character, or white space at an end (one line end behind the key in a file is dropped); quotes
// around the key, or a scheme, header or variable before it; a page, JSON or "null" in its place, or
// white space in it, unless it is a password (Basic).
expected<token_reading> read_token(const settings&, const environment&);

// Whether another reading may give another key: only if it is in a regular file. (A pipe gives its bytes
// once, and may block; the environment of a process does not change.)
bool token_may_change(const settings&);

// How messages show these names: a name that looks like a key, typed in the wrong place, is not shown.
std::string shown_token_variable(const std::string& name);
std::string shown_token_file(const std::string& path);
// The program alone, and "..." for its arguments, which may hold secrets; empty if there is none.
std::string shown_token_command(const std::vector<std::string>& command);

}  // namespace pawl::config
