// Where the key comes from: handed in by who knows (a file, the environment, a vault), so that a use case
// never learns of the place.
#pragma once

#include "engine/client/credentials.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"

#include <functional>
#include <string>

namespace pawl::app {

struct token_reading {
  secret value;         // empty: the API needs none
  std::string warning;  // such as of a file that others can read; empty: nothing to say
};

struct token_source {
  std::function<expected<token_reading>()> read;  // empty: there is no token
  // Whether a later read may bring another one, as a file may; a pipe can be read only once. Empty: it
  // cannot.
  std::function<bool()> may_change;
  std::string place;  // for messages: the name of a variable, a path
};

// Reads the token once. A warning goes to `warn`.
expected<secret> first_token(const token_source&, const std::function<void(const std::string&)>& warn);

// The token that was read at the start, and from then on whatever its place holds. The source outlives it.
client::token_source going_on_with(secret first, const token_source&);

}  // namespace pawl::app
