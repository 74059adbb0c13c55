// Header lines in, facts out: no crash, no overflow, no wait below zero or beyond a year.
#include "engine/policy/rate_headers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace pawl;
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  std::vector<header_field> fields;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  api::header_names names;
  names.limit = "X-RateLimit-Limit";
  names.remaining = "X-RateLimit-Remaining";
  names.reset = "X-RateLimit-Reset";
  names.ietf_policy = "RateLimit-Policy";
  names.ietf_limit = "RateLimit";
  const wall_time now{std::chrono::seconds{1'800'000'000}};
  const auto facts = policy::read_rate_headers(names, fields, now);
  for (const auto& wait : {facts.window, facts.reset_in, facts.retry_after})
    if (wait && (*wait < duration::zero() || *wait > std::chrono::hours{24 * 366})) std::abort();
  return 0;
}
