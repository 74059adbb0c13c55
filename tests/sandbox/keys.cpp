#include "tests/sandbox/keys.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {

bool api_key::may(std::string_view scope) const {
  return scope.empty() || std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

void key_ring::set_limits(const limit_list& rules) {
  rules_ = rules;
  for (api_key& key : keys_) key.used = budgets{rules_};
}

void key_ring::put(std::string_view secret, std::vector<std::string> scopes) {
  if (api_key* known = find(secret)) {
    known->scopes = std::move(scopes);
    known->revoked = false;
    return;
  }
  keys_.push_back({std::string{secret}, "key_" + std::to_string(keys_.size() + 1), std::move(scopes), false,
                   budgets{rules_}});
}

bool key_ring::revoke(std::string_view secret) {
  api_key* known = find(secret);
  if (known != nullptr) known->revoked = true;
  return known != nullptr;
}

key_check key_ring::check(std::string_view secret, time_us now, api_key*& found) {
  if (secret.starts_with("pl_v1_")) return key_check::old_version;
  found = secret.empty() ? nullptr : find(secret);
  if (found == nullptr || found->revoked) return key_check::unauthenticated;
  if (found->first_used == no_time) found->first_used = now;
  const bool is_over = life_.count() > 0 && now >= found->first_used + life_.count();
  return is_over ? key_check::unauthenticated : key_check::accepted;
}

api_key* key_ring::find(std::string_view secret) {
  const auto at =
      std::find_if(keys_.begin(), keys_.end(), [&](const api_key& k) { return k.secret == secret; });
  return at == keys_.end() ? nullptr : &*at;
}

}  // namespace sandbox
