// What one reply says about each thing that a run needs. Pure.
#pragma once

#include "engine/app/doctor_findings.hpp"
#include "engine/app/options.hpp"
#include "engine/client/read_client.hpp"
#include "engine/client/whoami.hpp"
#include "engine/policy/rate_headers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pawl::app {

struct doctor_facts {
  const options* settings = nullptr;
  std::string key_label;  // empty: no key is used
  std::string key_place;  // where the key was read from, or what made it
  bool asked_whoami = false;
  const client::read_reply* reply = nullptr;
  // The reply's body, read as a whoami; unset: it is none.
  std::optional<client::account_info> who;
  policy::rate_facts rates;
};

std::vector<finding> examine(const doctor_facts&);

}  // namespace pawl::app
