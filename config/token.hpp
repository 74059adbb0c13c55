// Reads the key that settings name. The only place where it enters the process; no message shows any of it.
#pragma once

#include "config/settings.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"

#include <string>

namespace pawl::config {

struct token_reading {
  secret value;         // empty: the profile needs none and none was named
  std::string warning;  // a file that others can read; empty: nothing to say
};

// From the environment variable or the file that the settings name; a file is read anew at each call, so that
// a rotated key is picked up. Failures (kind usage): not set, empty, over 16 KiB, unreadable, a line break,
// another control character or white space at an end (one line end after the key of a file is dropped).
expected<token_reading> read_token(const settings&, const environment&);

}  // namespace pawl::config
