// A proxy on the way to the endpoint: its address, the request for a tunnel (CONNECT, RFC 9110 9.3.6) and the
// reply to it. Pure: no socket, no clock. User name and password leave this file only in the request.
// Messages never quote the proxy, because a proxy may repeat what it was sent.
#pragma once

#include "engine/http/endpoint.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::http {

struct proxy_address {
  std::string host;  // name or address in lower case, IPv6 without brackets
  std::uint16_t port = 0;
  secret credentials;  // the value of Proxy-Authorization, "Basic ..."; empty: none

  std::string name() const;  // "proxy.example:3128": all that messages and records show

  bool operator==(const proxy_address&) const = default;
};

// Reads `http://[USER:PASSWORD@]HOST:PORT`; the scheme may be missing, as in many environments. User and
// password are percent-decoded (UTF-8 stays as it is, RFC 7617). The port is required: without one, curl
// takes 1080 and others take 80. https:// and socks proxies are refused. Failures are of kind usage, name no
// place (the caller knows which setting held the text) and repeat nothing of the text, which may hold a
// password.
expected<proxy_address> parse_proxy(std::string_view text);

std::string tunnel_request(const proxy_address&, const endpoint& target);

// Reads the reply to that request, fed with bytes as they come. Interim replies are skipped; of a refusal
// only the header block is read.
class tunnel_reply {
 public:
  enum class state : std::uint8_t {
    reading,
    established,  // 2xx, and nothing follows its header block: the next bytes are the endpoint's
    refused,      // another status
    malformed,    // not HTTP, over its bound, or followed by bytes before the tunnel's first request
  };
  static constexpr std::size_t max_bytes = 16u << 10;  // chosen: a proxy's header block is under 1 KiB

  state add(std::string_view bytes);

  int status() const noexcept { return status_; }
  // The result for people: "answered 407: it wants a user name and password".
  std::string explain(const proxy_address&, const endpoint& target) const;

 private:
  state end_line();
  void note_schemes(std::string_view challenges);

  std::string line_;
  std::string schemes_;  // the schemes of Proxy-Authenticate that we know, "Negotiate, NTLM"
  std::size_t received_ = 0;
  int status_ = 0;
  bool in_header_ = false;  // the status line has been read
  bool offers_basic_ = false;
  const char* malformed_ = "";
};

}  // namespace pawl::http
