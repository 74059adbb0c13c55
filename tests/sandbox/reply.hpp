// A reply that is being made. Private to the service.
#pragma once

#include "tests/sandbox/service.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

// Status, body and headers of one reply, before they become bytes.
struct service::reply {
  explicit reply(std::string& where) : body(where) {}

  int status = 200;
  std::string_view content_type = "application/json; charset=utf-8";
  std::string& body;
  std::string request_id;
  std::optional<std::uint64_t> retry_after;  // seconds
  std::string location;
  api_key* key = nullptr;
  time_us counted = no_time;
  bool applied = false;
  bool announce_close = false;
  delivery how = delivery::send;
  sandbox::fault fault;  // the fault that took place
  bool foreign = false;  // it does not come from the API, so it has none of its headers

  // Makes the error envelope of the documentation. `details` is JSON.
  void error(int code_number, std::string_view code, std::string_view message, std::string_view details = {});
};

// Seconds, rounded up.
constexpr std::uint64_t whole_seconds(time_us t) {
  return t <= 0 ? 0 : static_cast<std::uint64_t>((t + one_second - 1) / one_second);
}

std::string_view reason_phrase(int status);
// The page with which a proxy in front of the API answers if the API does not.
std::string gateway_page(int status);

}  // namespace sandbox
