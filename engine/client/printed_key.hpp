// Reads what a program prints that makes keys: the key alone, or a JSON object that also tells when it ends,
// as token endpoints of OAuth answer (RFC 6749 section 5.1). Pure.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pawl::client {

struct printed_key {
  std::string value;             // not checked: it may be empty, or have several lines
  std::optional<duration> life;  // from `asked_at` on; positive; unset: it is not told
};

// Text that begins with { is an object with `token` or `access_token`, and perhaps `expires_at` (RFC 3339, or
// seconds since 1970) or `expires_in` (seconds); of both the earlier end counts. Of any other text one line
// end is dropped. `asked_at`: when the program was started, so that a key is never thought to live longer
// than it does. The failure (mend; without place and remedy) shows nothing of the text.
expected<printed_key> read_printed_key(std::string_view text, wall_time asked_at);

}  // namespace pawl::client
