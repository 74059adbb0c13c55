// Where keys come from, as those see it who send requests.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/policy/key_life.hpp"

#include <atomic>
#include <functional>

namespace pawl::client {

struct issued_key {
  secret value;
  policy::key_life life;
};

// It is asked again after a 401, so that a rotated token file takes effect.
struct token_source {
  std::function<expected<issued_key>()> read;
  // Whether it may give another token later. False: it is asked only once after a 401.
  std::function<bool()> may_change = [] { return false; };
  // Makes another token where that takes its time (a program does it). Called on a thread of its own, never
  // twice at a time: after a 401 in place of read(), and ahead of the end of each token. Returns soon once
  // `given_up` is true. Empty: read() is asked, at once.
  std::function<expected<issued_key>(const std::atomic<bool>& given_up)> make;
};

}  // namespace pawl::client
