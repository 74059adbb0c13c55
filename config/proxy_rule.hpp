// Which proxy the environment and the settings ask for. Pure.
#pragma once

#include "config/settings.hpp"
#include "engine/http/endpoint.hpp"

#include <string>
#include <string_view>

namespace pawl::config {

// True if the list (NO_PROXY: comma-separated names, `.suffix`, addresses, each perhaps with :port, and
// ranges of addresses such as 10.0.0.0/8; `*` for all) excepts this target. A name excepts its subdomains
// too, as with curl. Ranges hold for targets that are addresses: no name is looked up for them.
bool proxy_excepts(std::string_view no_proxy, const http::endpoint& target);

// The name of the environment variable whose proxy applies to the target; empty: none does. The lower-case
// one counts first, as with curl. Loopback targets never use one (as with Go; a rehearsal against a local
// server must not leave the machine because the shell has a proxy), nor do plain http targets.
std::string proxy_variable(const http::endpoint& target, const environment&);

}  // namespace pawl::config
