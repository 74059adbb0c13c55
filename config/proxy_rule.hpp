// Decides which proxy the environment and the settings ask for. Pure.
#pragma once

#include "config/settings.hpp"
#include "engine/http/endpoint.hpp"

#include <string>
#include <string_view>

namespace pawl::config {

// Whether the list excepts this target. (NO_PROXY: comma-separated names, `.suffix`, addresses, each with an
// optional :port, and ranges of addresses such as 10.0.0.0/8; `*` means all.) A name excepts its subdomains
// too, as in curl. Ranges apply to targets that are addresses: no name is looked up for them.
bool proxy_excepts(std::string_view no_proxy, const http::endpoint& target);

// The name of the environment variable whose proxy applies to the target; empty: none does. The lower-case
// variable counts first, as in curl. A loopback target never uses one (as in Go; a rehearsal against a local
// server must not leave the machine because the shell has a proxy), nor does a plain http target.
std::string proxy_variable(const http::endpoint& target, const environment&);

}  // namespace pawl::config
