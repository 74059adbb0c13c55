#include "engine/http/endpoint.hpp"

#include "engine/text/letter_case.hpp"
#include "engine/text/shown_url.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace pawl::http {
namespace {

namespace ip = boost::asio::ip;

failure refuse_url(std::string what, std::string remedy) {
  return failure{failure_kind::usage, {}, std::move(what), std::move(remedy)};
}

std::string quoted(std::string_view url) {
  return "base URL \"" + shown_url(url) + "\"";
}

std::string_view view(boost::urls::string_view s) {
  return {s.data(), s.size()};
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = in_lower_case(path.substr(0, end));
    if (segment == "." || segment == ".." || segment.find("%2e") != std::string::npos) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

// RFC 1918: 10/8, 172.16/12, 192.168/16.
bool is_private(const ip::address_v4& a) {
  const auto b = a.to_bytes();
  return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168);
}

// RFC 4193: fc00::/7.
bool is_private(const ip::address_v6& a) {
  return (a.to_bytes()[0] & 0xfe) == 0xfc;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535)
    return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

}  // namespace

std::string endpoint::url() const {
  return (tls ? "https://" : "http://") + host_header + base_path;
}

expected<endpoint> parse_endpoint(std::string_view url, bool allow_http) {
  constexpr auto form = "write it as https://HOST[:PORT][/PATH]";
  // The parser refuses NUL and similar characters. White space around a value read from a file is refused
  // too, because nobody would see it. Text behind the scheme's colon that is no path trips an assertion of
  // Boost.URL 1.81 ("https: ").
  const auto behind = url.find(':') == std::string_view::npos ? url : url.substr(url.find(':') + 1);
  const auto begins_path = [](char c) {
    return c == '/' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (!behind.empty() && !begins_path(behind.front())) return refuse_url(quoted(url) + " is not a URL", form);
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  if (!parsed) return refuse_url(quoted(url) + " is not a URL", form);
  const auto& u = *parsed;
  if (u.has_userinfo())
    return refuse_url("the base URL holds a user name or password",
                      "leave them out; the token comes from the environment or a token file");

  endpoint e;
  const auto scheme = in_lower_case(view(u.scheme()));
  if (scheme != "https" && scheme != "http")
    return refuse_url(quoted(url) + " begins with \"" + scheme + ":\"", form);
  e.tls = scheme == "https";
  if (!u.has_authority() || u.encoded_host().empty()) return refuse_url(quoted(url) + " names no host", form);
  if (u.has_query()) return refuse_url(quoted(url) + " has a query", "leave out what follows the \"?\"");
  if (u.has_fragment())
    return refuse_url(quoted(url) + " has a fragment", "leave out what follows the \"#\"");

  const auto host = view(u.encoded_host_address());
  if (host.find('%') != std::string_view::npos)
    return refuse_url(quoted(url) + " has an escape in its host name", "write the name in plain ASCII");
  e.host = in_lower_case(host);

  e.port = e.tls ? 443 : 80;
  if (const auto text = view(u.port()); !text.empty()) {
    const auto port = port_number(text);
    if (!port) return refuse_url(quoted(url) + " has a port out of range", "give a port from 1 to 65535");
    e.port = *port;
  }

  if (u.host_type() == boost::urls::host_type::ipv4 || u.host_type() == boost::urls::host_type::ipv6) {
    boost::system::error_code error;
    const auto address = ip::make_address(e.host, error);
    if (error)
      return refuse_url(quoted(url) + " has an address that cannot be read: " + error.message(), form);
    e.host = address.to_string();
    e.loopback = address.is_loopback();
    e.private_address = address.is_v4() ? is_private(address.to_v4()) : is_private(address.to_v6());
  } else if (u.host_type() == boost::urls::host_type::name) {
    e.loopback = e.host == "localhost";
  } else {
    return refuse_url(quoted(url) + " has a host that is neither a name nor an address", form);
  }

  auto path = view(u.encoded_path());
  // Boost.URL 1.81 takes characters behind the digits of a port for a path ("h:44a").
  if (!path.empty() && !path.starts_with('/')) return refuse_url(quoted(url) + " is not a URL", form);
  if (has_dot_segment(path))
    return refuse_url(quoted(url) + " has a \".\" or \"..\" in its path", "write the path out");
  while (path.ends_with('/')) path.remove_suffix(1);
  e.base_path = path;

  e.host_header = bracketed(e.host);
  if (e.port != (e.tls ? 443 : 80)) e.host_header += ":" + std::to_string(e.port);

  if (!e.tls && !e.loopback && !(allow_http && e.private_address))
    return refuse_url(quoted(url) + " would send the token unencrypted",
                      e.private_address ? "use https, or set api.allow_http = true in the configuration file"
                                        : "use https (plain http is for loopback and private addresses)");
  return e;
}

}  // namespace pawl::http
