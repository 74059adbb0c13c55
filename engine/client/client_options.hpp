// What every sender of requests to the API is told: how fast it may read, how long it tries, when it gives
// up, and how it reaches the server. A plain value; whoever makes it checks it.
#pragma once

#include "engine/http/transport_options.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/stop_rules.hpp"

#include <string>

namespace pawl::client {

struct client_options {
  policy::pacer_options reads;
  policy::retry_options retry;
  policy::stop_options stop;
  http::transport_options transport;
  std::string user_agent;  // of every request; the caller fills in "pawl/VERSION"
};

}  // namespace pawl::client
