#include "config/proxy_rule.hpp"

#include "engine/text/letter_case.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace pawl::config {
namespace {

const std::string* find(const environment& env, std::string_view name) {
  const auto at = env.find(name);
  return at == env.end() || at->second.empty() ? nullptr : &at->second;
}

bool in_range(const std::string& range, const std::string& host) {
  namespace ip = boost::asio::ip;
  boost::system::error_code error;
  const auto address = ip::make_address(host, error);
  if (error) return false;
  if (address.is_v4()) {
    const auto network = ip::make_network_v4(range, error);
    if (error) return false;
    return ip::network_v4(address.to_v4(), network.prefix_length()).canonical() == network.canonical();
  }
  const auto network = ip::make_network_v6(range, error);
  if (error) return false;
  return ip::network_v6(address.to_v6(), network.prefix_length()).canonical() == network.canonical();
}

bool matches(std::string entry, const http::endpoint& target) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string::npos) return in_range(entry, target.host);
  // The forms are "[::1]:443", "::1", "host:443" and "host".
  std::string port;
  if (entry.starts_with('[')) {
    const auto end = entry.find(']');
    if (end == std::string::npos) return false;
    if (end + 1 < entry.size() && entry[end + 1] == ':') port = entry.substr(end + 2);
    entry = entry.substr(1, end - 1);
  } else if (const auto colon = entry.find(':'); colon != std::string::npos && entry.rfind(':') == colon) {
    port = entry.substr(colon + 1);
    entry.erase(colon);
  }
  if (!port.empty() && port != std::to_string(target.port)) return false;
  if (entry.starts_with("*.")) entry.erase(0, 1);
  if (entry.starts_with('.')) entry.erase(0, 1);
  if (entry.empty()) return false;
  return target.host == entry || target.host.ends_with("." + entry);
}

}  // namespace

bool proxy_excepts(std::string_view no_proxy, const http::endpoint& target) {
  while (!no_proxy.empty()) {
    const auto comma = no_proxy.find_first_of(", ");
    if (matches(in_lower_case(no_proxy.substr(0, comma)), target)) return true;
    if (comma == std::string_view::npos) break;
    no_proxy.remove_prefix(comma + 1);
  }
  return false;
}

std::string proxy_variable(const http::endpoint& target, const environment& env) {
  if (!target.tls || target.loopback) return {};
  for (const auto* name : {"no_proxy", "NO_PROXY"})
    if (const auto* list = find(env, name); list != nullptr && proxy_excepts(*list, target)) return {};
  for (const auto* name : {"https_proxy", "HTTPS_PROXY"})
    if (find(env, name) != nullptr) return name;
  return {};
}

}  // namespace pawl::config
