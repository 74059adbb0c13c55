// Where the key comes from. The caller hands it in, because only the caller knows the place (a file, the
// environment, a program that asks a vault).
#pragma once

#include "engine/client/token_source.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/model/time.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string>

namespace pawl::app {

struct token_reading {
  secret value;         // empty: the API needs none
  std::string warning;  // for example about a file that others can read; empty: none
  policy::key_life life{};
};

struct token_source {
  std::function<expected<token_reading>()> read;  // empty: there is no token, or make() makes it
  // Whether a later read may give another token, as a file may; a pipe can be read only once. Empty: it may
  // not.
  std::function<bool()> may_change;
  std::string place;  // for messages: the name of a variable, a path, a program

  // In place of read(), where keys are made that end: makes one. It may take its time, so it is called on the
  // calling thread before the first request only, and on a thread of its own later, never twice at a time. It
  // returns soon, with failure_kind::later, once `given_up` is true.
  std::function<expected<token_reading>(const std::atomic<bool>& given_up)> make;
  // What all keys that make() makes have in common, such as the words of the program: the quota that they use
  // is kept under it, because it is that of their account. Not shown anywhere.
  secret common;
};

// For an API that needs no key.
const token_source& no_token();
// The variable of the environment, read when the use case begins. A failure (usage): it is not set, or empty.
token_source environment_token(std::string variable);

// The key that a use case has in hand: from the start, or from its source where it may have changed. Not for
// two threads at a time.
class key_in_hand {
 public:
  // Both must outlive it. A key is not waited for once `given_up` is true.
  key_in_hand(const token_source& source, const std::atomic<bool>& given_up)
      : source_(source), given_up_(given_up) {}

  // Reads the source. A key that was made is kept until it is about to end. Calls `warn` with a warning.
  expected<secret> get(const std::function<void(const std::string&)>& warn);
  // What the quota of the key in hand is kept under.
  const secret& quota_key() const noexcept { return source_.make ? source_.common : key_.value; }
  // A source that first gives the key in hand, and later reads or makes another. This object must outlive it.
  client::token_source going_on();

 private:
  bool may_change() const;
  status make(const std::atomic<bool>& given_up);
  bool is_about_to_end() const;

  const token_source& source_;
  const std::atomic<bool>& given_up_;
  client::issued_key key_;
};

}  // namespace pawl::app
