// API keys: which ones are known, what each may do, and what each has used of the limits.
#pragma once

#include "tests/sandbox/clock.hpp"
#include "tests/sandbox/limits.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct api_key {
  std::string secret;  // never written to a log, journal or truth
  std::string id;      // `key_1`, `key_2`, ...: appears there in its place
  std::vector<std::string> scopes;
  bool revoked = false;
  budgets used;
  time_us first_used = no_time;

  bool may(std::string_view scope) const;
};

enum class key_check { accepted, unauthenticated, old_version };

class key_ring {
 public:
  // Ends each key so long after it was used first; 0: never.
  void set_life(std::chrono::microseconds life) { life_ = life; }

  // Replaces the limits of all keys; every window starts empty.
  void set_limits(const limit_list&);
  const limit_list& limits() const { return rules_; }

  // Adds a key, or gives a known key these scopes and ends its revocation.
  void put(std::string_view secret, std::vector<std::string> scopes);
  // False: there is no such key.
  bool revoke(std::string_view secret);

  // `secret` is the key without its scheme, used at `now`; empty: there was none. If it is accepted, `found`
  // points to the key, whose address does not change.
  key_check check(std::string_view secret, time_us now, api_key*& found);

  std::deque<api_key>& all() { return keys_; }
  const std::deque<api_key>& all() const { return keys_; }

 private:
  api_key* find(std::string_view secret);

  limit_list rules_;
  std::chrono::microseconds life_{0};
  std::deque<api_key> keys_;
};

}  // namespace sandbox
