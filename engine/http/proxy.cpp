#include "engine/http/proxy.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/base64.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/redaction.hpp"
#include "engine/text/shown_url.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace pawl::http {
namespace {

constexpr auto form = "write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";

failure refuse_proxy(std::string what, std::string remedy = form) {
  return failure{failure_kind::usage, {}, std::move(what), std::move(remedy)};
}

// Decodes percent escapes. Unset: an escape is broken, or the text has a control character, which RFC 7617 2
// excludes and a header could not carry.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

expected<secret> basic_credentials(std::string_view user_info) {
  constexpr std::size_t longest = 4096;  // chosen: what a header of a common proxy holds
  if (is_secret_user(user_info)) keep_secret(user_info);
  const auto colon = user_info.find(':');
  const auto user = decoded(user_info.substr(0, colon));
  const auto password =
      colon == std::string_view::npos ? std::optional<std::string>("") : decoded(user_info.substr(colon + 1));
  if (!user || !password)
    return refuse_proxy("the proxy's user name or password holds a bad % escape or a control character",
                        "write % as %25, @ as %40, : as %3A and / as %2F");
  if (user->find(':') != std::string::npos)
    return refuse_proxy("the proxy's user name holds a colon, which the Basic scheme cannot carry",
                        "use another user name");
  if (user->size() + password->size() > longest)
    return refuse_proxy("the proxy's user name and password are over 4096 bytes", "use shorter ones");
  const auto credentials = base64(*user + ":" + *password);
  keep_secret(credentials);  // this form travels, and a proxy or a server behind it might send it back
  return secret("Basic " + credentials);
}

std::string authority(const std::string& host, std::uint16_t port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

// Reads a name, an IPv4 address or an IPv6 address in brackets; empty: the text is none of them.
std::string read_host(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return {};
    boost::system::error_code error;
    const auto address =
        boost::asio::ip::make_address_v6(std::string(text.substr(1, text.size() - 2)), error);
    return error ? std::string() : address.to_string();
  }
  std::string host(text);
  std::ranges::transform(host, host.begin(), lower_case);
  const auto of_name = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return host.size() <= 253 && std::ranges::all_of(host, of_name) ? host : std::string();  // RFC 1035 2.3.4
}

}  // namespace

std::string proxy_address::name() const {
  return authority(host, port);
}

expected<proxy_address> parse_proxy(std::string_view text) {
  if (const auto scheme_end = text.find("://"); scheme_end != std::string_view::npos) {
    std::string scheme(text.substr(0, scheme_end));
    std::ranges::transform(scheme, scheme.begin(), lower_case);
    if (scheme == "https")
      return refuse_proxy(
          "proxies that are reached over TLS (https://) are not supported",
          "name an http:// proxy: what goes through its tunnel is encrypted up to the API anyway");
    if (scheme.starts_with("socks"))
      return refuse_proxy("SOCKS proxies are not supported", "name an http:// proxy");
    if (scheme != "http") return refuse_proxy("the proxy's address does not begin with http://");
    text.remove_prefix(scheme_end + 3);
  }
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  if (const auto rest = text.substr(end); !rest.empty() && rest != "/")
    return refuse_proxy("the proxy's address goes on behind its port",
                        std::string(form) + "; in a password, write / as %2F, ? as %3F and # as %23");
  text = text.substr(0, end);

  proxy_address proxy;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    if (text.substr(0, at) == unshown)
      return refuse_proxy(
          "the proxy's address has ***, which stands for a user name and password that were not shown",
          "write them in place of it");
    auto credentials = basic_credentials(text.substr(0, at));
    if (!credentials) return credentials.error();
    proxy.credentials = *std::move(credentials);
    text.remove_prefix(at + 1);
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']'))
    return refuse_proxy("the proxy's address names no port",
                        std::string(form) + "; common ports are 3128 and 8080");
  proxy.host = read_host(text.substr(0, colon));
  if (proxy.host.empty()) return refuse_proxy("the proxy's address names no host that can be read");
  const auto digits = text.substr(colon + 1);
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), proxy.port);
  if (error != std::errc{} || stop != digits.data() + digits.size() || proxy.port == 0)
    return refuse_proxy("the proxy's port is not a number from 1 to 65535");
  return proxy;
}

std::string tunnel_request(const proxy_address& proxy, const endpoint& target) {
  const auto to = authority(target.host, target.port);
  std::string text = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n";
  if (!proxy.credentials.empty()) text += "Proxy-Authorization: " + proxy.credentials.reveal() + "\r\n";
  return text + "\r\n";
}

tunnel_reply::state tunnel_reply::add(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (++received_ > max_bytes) {
      malformed_ = "sent a header block over 16 KiB";
      return state::malformed;
    }
    if (bytes[i] != '\n') {
      line_ += bytes[i];
      continue;
    }
    if (line_.ends_with('\r')) line_.pop_back();
    const auto is = end_line();
    line_.clear();
    if (is == state::established && i + 1 != bytes.size()) {
      malformed_ = "sent bytes into the tunnel that nobody had asked for";
      return state::malformed;
    }
    if (is != state::reading) return is;
  }
  return state::reading;
}

tunnel_reply::state tunnel_reply::end_line() {
  const std::string_view line = line_;
  if (!in_header_) {
    // "HTTP/1.1 200 Connection established"; RFC 9112 4 allows the reason to be missing.
    const bool http = line.size() >= 12 && line.starts_with("HTTP/1.") && line[7] >= '0' && line[7] <= '9' &&
                      line[8] == ' ' && (line.size() == 12 || line[12] == ' ');
    int code = 0;
    if (http) {
      const auto [stop, error] = std::from_chars(line.data() + 9, line.data() + 12, code);
      if (error != std::errc{} || stop != line.data() + 12) code = 0;
    }
    if (code < 100) {
      malformed_ = "answered something that is not HTTP";
      return state::malformed;
    }
    status_ = code;
    in_header_ = true;
    return state::reading;
  }
  if (line.empty()) {
    in_header_ = false;  // RFC 9110 15.2: any number of interim replies may come first
    if (status_ / 100 == 1) return state::reading;
    return status_ / 100 == 2 ? state::established : state::refused;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && equal_without_case(line.substr(0, colon), "proxy-authenticate"))
    note_schemes(line.substr(colon + 1));
  return state::reading;
}

void tunnel_reply::note_schemes(std::string_view challenges) {
  static constexpr std::array<std::string_view, 5> known{"Basic", "Digest", "Negotiate", "NTLM", "Bearer"};
  // A challenge begins with its scheme, at the start or behind a comma; parameters have an equals sign.
  while (!challenges.empty()) {
    const auto end = std::min(challenges.find(','), challenges.size());
    auto one = challenges.substr(0, end);
    challenges.remove_prefix(std::min(end + 1, challenges.size()));
    one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
    one = one.substr(0, one.find_first_of(" \t"));
    for (const auto scheme : known) {
      if (!equal_without_case(one, scheme)) continue;
      if (scheme == "Basic") offers_basic_ = true;
      if (schemes_.find(scheme) == std::string::npos)
        schemes_.append(schemes_.empty() ? "" : ", ").append(scheme);
    }
  }
}

std::string tunnel_reply::explain(const proxy_address& proxy, const endpoint& target) const {
  if (*malformed_ != '\0') return malformed_;
  const auto answered = "answered " + std::to_string(status_) + ": ";
  const auto to = authority(target.host, target.port);
  if (status_ == 407) {
    if (!schemes_.empty() && !offers_basic_)
      return answered + "it asks for " + schemes_ + ", and pawl can only do Basic";
    return answered + (proxy.credentials.empty() ? "it wants a user name and password"
                                                 : "it does not accept the user name and password");
  }
  if (status_ == 401 || status_ == 403) return answered + "it does not allow connections to " + to;
  if (status_ == 400 || status_ == 404 || status_ == 405 || status_ == 501)
    return answered + "it does not make tunnels (CONNECT) to " + to;
  if (status_ == 502 || status_ == 503 || status_ == 504) return answered + "it does not reach " + to;
  return answered + "it makes no tunnel to " + to;
}

}  // namespace pawl::http
