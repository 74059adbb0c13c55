// A reply that is being made: status, body and headers before they become bytes.
#pragma once

#include "tests/sandbox/request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sandbox {

enum class delivery : std::uint8_t { send, send_and_close, send_and_drop, drop, hold, dribble };

struct reply {
  explicit reply(std::string& where) : body(where) {}

  int status = 200;
  std::string_view content_type = "application/json; charset=utf-8";
  std::string& body;
  std::string request_id;
  std::optional<std::uint64_t> retry_after;  // seconds
  std::string location;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones of this reply
  api_key* key = nullptr;
  time_us counted = no_time;
  bool applied = false;
  bool announce_close = false;
  delivery how = delivery::send;
  sandbox::fault fault;  // the fault that took place
  bool foreign = false;  // it does not come from the API, so it has none of its headers
};

// Seconds, rounded up.
constexpr std::uint64_t whole_seconds(time_us t) {
  return t <= 0 ? 0 : static_cast<std::uint64_t>((t + one_second - 1) / one_second);
}

std::string_view reason_phrase(int status);
// The page with which a proxy in front of the API answers if the API does not.
std::string gateway_page(int status);

}  // namespace sandbox
