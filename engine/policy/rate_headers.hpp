// What a reply's headers say about limits. Pure: header texts in, facts out.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pawl::policy {

struct rate_facts {
  bool throttled = false;  // this reply was judged `throttled`
  std::optional<std::uint64_t> limit, remaining;
  std::optional<duration> window;       // where a header says it (IETF policy `w`)
  std::optional<duration> reset_in;     // from the arrival of the reply; never negative
  std::optional<duration> retry_after;  // from the arrival of the reply; never negative
};

// `received` is the local wall time of the reply; it stands in for the server's `Date` where that is missing.
// Unreadable header values count as absent. Retry-After: delta seconds or HTTP-date (RFC 9110
// section 10.2.3). Reset: epoch seconds, epoch milliseconds or a delta; a value under 10^9 is a delta.
rate_facts read_rate_headers(const api::header_names&, std::span<const header_field>,
                             wall_time received) noexcept;

// Parts, for tests and fuzzing.
std::optional<duration> parse_retry_after(std::string_view, wall_time server_now) noexcept;
std::optional<wall_time> parse_http_date(std::string_view) noexcept;

}  // namespace pawl::policy
