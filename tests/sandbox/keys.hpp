// API keys: which ones are known, what each may do, and what each has used of the limits.
#pragma once

#include "tests/sandbox/limits.hpp"

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

  bool may(std::string_view scope) const;
};

enum class key_check { accepted, unauthenticated, old_version };

class key_ring {
 public:
  // Replaces the limits of all keys; every window starts empty.
  void set_limits(const limit_list&);
  const limit_list& limits() const { return rules_; }

  // Adds a key, or gives a known key these scopes and ends its revocation.
  void put(std::string_view secret, std::vector<std::string> scopes);
  // False: there is no such key.
  bool revoke(std::string_view secret);

  // `secret` is the key without its scheme; empty: there was none. If it is accepted, `found` points to the
  // key, whose address does not change.
  key_check check(std::string_view secret, api_key*& found);

  std::deque<api_key>& all() { return keys_; }
  const std::deque<api_key>& all() const { return keys_; }

 private:
  api_key* find(std::string_view secret);

  limit_list rules_;
  std::deque<api_key> keys_;
};

}  // namespace sandbox
