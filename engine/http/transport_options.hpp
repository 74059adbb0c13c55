// How the server is reached: address, certificates, proxy, and how long each step may take. Plain values.
#pragma once

#include "engine/http/endpoint.hpp"
#include "engine/http/proxy.hpp"
#include "engine/model/time.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace pawl::http {

struct transport_options {
  endpoint target;
  std::string ca_file;                 // trusted beside the system's certificates; empty: none
  std::string cert_file, key_file;     // client certificate, see tls_files; empty: none
  std::optional<proxy_address> proxy;  // for https targets only: create() refuses it for others
  // For resolving and connecting, all addresses together. With a proxy this is the way to the proxy; its
  // answer to CONNECT may take as long again.
  duration connect_timeout = std::chrono::seconds{10};
  duration handshake_timeout = std::chrono::seconds{10};
  duration attempt_timeout =
      std::chrono::seconds{60};                   // from the first byte sent to the last byte of the reply
  duration idle_close = std::chrono::seconds{4};  // chosen: under the 5 s that common servers keep
  std::size_t max_reply_bytes = 8u << 20;
  std::size_t max_header_bytes = 64u << 10;
};

}  // namespace pawl::http
