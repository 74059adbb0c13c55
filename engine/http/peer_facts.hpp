// Who answered on a connection, for people: what TLS agreed on and whose certificate was accepted.
#pragma once

#include "engine/model/time.hpp"

#include <optional>
#include <string>

namespace pawl::http {

// All members are empty without TLS. Names are one line each ("CN=api.example.com"), as OpenSSL prints them
// (RFC 2253); they come from the peer and may hold anything printable.
struct peer_facts {
  std::string protocol;  // "TLSv1.3"
  std::string cipher;
  std::string subject, issuer;  // of the server's certificate
  std::string trust_anchor;     // the authority at the end of the verified chain; empty on a resumed session
  std::optional<wall_time> not_after;
};

}  // namespace pawl::http
