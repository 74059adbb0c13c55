#include "engine/model/attempt.hpp"

#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pawl {
namespace {

constexpr std::array<std::string_view, 14> fault_names{"none",
                                                       "name not resolved",
                                                       "connection failed",
                                                       "proxy failed",
                                                       "proxy needs credentials",
                                                       "TLS handshake failed",
                                                       "certificate not trusted",
                                                       "client certificate not accepted",
                                                       "connection closed early",
                                                       "connection reset",
                                                       "timed out",
                                                       "reply is not HTTP",
                                                       "reply too large",
                                                       "cancelled"};

constexpr std::array<std::string_view, 14> fault_codes{"",
                                                       "resolve",
                                                       "connect",
                                                       "proxy",
                                                       "proxy_credentials",
                                                       "handshake",
                                                       "untrusted",
                                                       "client_certificate",
                                                       "closed",
                                                       "reset",
                                                       "timeout",
                                                       "malformed",
                                                       "oversized",
                                                       "cancelled"};

}  // namespace

std::string_view to_string(transport_fault f) noexcept {
  return fault_names[static_cast<std::size_t>(f)];
}

std::string_view code_of(transport_fault f) noexcept {
  return fault_codes[static_cast<std::size_t>(f)];
}

std::string_view find_header(std::span<const header_field> headers, std::string_view name) noexcept {
  for (const auto& h : headers)
    if (equal_without_case(h.name, name)) return h.value;
  return {};
}

}  // namespace pawl
