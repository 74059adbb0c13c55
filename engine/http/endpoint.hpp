// The address that requests go to: a base URL, taken apart and checked.
#pragma once

#include "engine/model/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::http {

struct endpoint {
  bool tls = true;
  std::string host;  // name or address in lower case, IPv6 without brackets
  std::uint16_t port = 443;
  std::string base_path;         // "/api/v2", no trailing slash; empty for the root
  std::string host_header;       // "host" or "host:port"; a default port is left out
  bool loopback = false;         // an address of 127/8, ::1, or "localhost"
  bool private_address = false;  // a literal address of RFC 1918 or RFC 4193

  std::string url() const;  // normalised; the ledger is bound to it

  bool operator==(const endpoint&) const = default;
};

// Accepts https for any host, http for loopback only, or with `allow_http` for private addresses too. Refuses
// user info, query, fragment, dot segments and a port out of range (Boost.URL 1.81 wraps ports over 65535, so
// the text is checked). Failures are of kind usage and name no place: the caller knows which setting held the
// text. A message about user info does not repeat the URL, because it may hold a password.
expected<endpoint> parse_endpoint(std::string_view url, bool allow_http);

}  // namespace pawl::http
