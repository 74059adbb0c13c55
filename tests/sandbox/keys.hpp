// API keys: which ones are known, what each may do, and the limits of each for reads and for writes.
#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/limiter.hpp"

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
  limiter reads, writes;

  limiter& limits(request_class which) { return which == request_class::write ? writes : reads; }
  bool may(std::string_view scope) const;
};

struct key_limits {
  limit_rules reads, writes;
};

enum class key_check { accepted, unauthenticated, old_version };

class key_ring {
 public:
  // Replaces the limits of all keys; every window starts empty.
  void set_limits(const key_limits&);
  const key_limits& limits() const { return rules_; }

  // Adds a key, or gives a known key these scopes and ends its revocation.
  void put(std::string_view secret, std::vector<std::string> scopes);
  // False: there is no such key.
  bool revoke(std::string_view secret);

  // `authorization` is the value of the header. If the key is accepted, `found` points to it; its address
  // does not change.
  key_check check(std::string_view authorization, api_key*& found);

  // Checks a key that comes without a scheme, in a header of its own.
  key_check check_secret(std::string_view secret, api_key*& found);

  std::deque<api_key>& all() { return keys_; }
  const std::deque<api_key>& all() const { return keys_; }

 private:
  api_key* find(std::string_view secret);

  key_limits rules_;
  std::deque<api_key> keys_;
};

}  // namespace sandbox
