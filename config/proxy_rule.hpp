// Which proxy the environment and the settings ask for. Pure.
#pragma once

#include "config/settings.hpp"
#include "engine/http/endpoint.hpp"

#include <string>
#include <string_view>

namespace pawl::config {

// True if the list (NO_PROXY: comma-separated names, `.suffix`, addresses, each perhaps with :port; `*` for
// all) excepts this target. A name excepts its subdomains too, as with curl. Address ranges (10.0.0.0/8) are
// not read: they except nothing.
bool proxy_excepts(std::string_view no_proxy, const http::endpoint& target);

// The name of the environment variable whose proxy applies to the target; empty: none does. Loopback and
// plain http targets never use one.
std::string proxy_variable(const http::endpoint& target, const environment&);

// A proxy's address without its user and password, for messages and records.
std::string without_user(std::string_view proxy);

}  // namespace pawl::config
