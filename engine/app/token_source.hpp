// Where the key comes from. The caller hands it in, because only the caller knows the place (a file, the
// environment, a vault).
#pragma once

#include "engine/client/credentials.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"

#include <functional>
#include <string>

namespace pawl::app {

struct token_reading {
  secret value;         // empty: the API needs none
  std::string warning;  // for example about a file that others can read; empty: none
};

struct token_source {
  std::function<expected<token_reading>()> read;  // empty: there is no token
  // Whether a later read may give another token, as a file may; a pipe can be read only once. Empty: it may
  // not.
  std::function<bool()> may_change;
  std::string place;  // for messages: the name of a variable, a path
};

// For an API that needs no key.
const token_source& no_token();
// The variable of the environment, read when the use case begins. A failure (usage): it is not set, or empty.
token_source environment_token(std::string variable);

// Reads the token once. Calls `warn` with a warning.
expected<secret> first_token(const token_source&, const std::function<void(const std::string&)>& warn);

// A source that first gives the token read at the start, and later reads its place again. The source must
// outlive it.
client::token_source going_on_with(secret first, const token_source&);

}  // namespace pawl::app
