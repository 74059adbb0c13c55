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

// Which header a wait comes from, for the words about it.
// `rule`: no header, but the time that a rule of the profile names.
enum class asking_header : std::uint8_t { none, retry_after, reset, remaining, rate_limit, rule };
// As the profile spells it; "a rule of the profile"; empty for none.
std::string_view name_of(asking_header, const api::header_names&) noexcept;

// What waits after a throttled reply: requests of its class, all requests, or those of its resource alone,
// which is no matter of the pacer.
enum class throttle_scope : std::uint8_t { own_class, all, id };

struct rate_facts {
  bool throttled = false;  // this reply was judged `throttled`; set by the caller
  std::optional<std::uint64_t> limit, remaining;
  std::optional<duration> window;       // where a header says it (IETF policy `w`)
  std::optional<duration> reset_in;     // from the arrival of the reply; never negative
  std::optional<duration> retry_after;  // from the arrival of the reply; never negative
  bool is_ietf = false;                 // limit, remaining, window and reset_in come from RateLimit

  // With `throttled`, what the rule says that judged it; set by the caller too.
  throttle_scope scope = throttle_scope::own_class;
  bool waits_for_retry_after = true, waits_for_reset = true;  // these headers say how long to wait
  duration fallback_wait{};  // where they do not: this long, doubled while it repeats; 0: a backoff

  // What says until when nothing is left.
  asking_header reset_header() const noexcept {
    if (is_ietf) return asking_header::rate_limit;
    return reset_in ? asking_header::reset : asking_header::remaining;
  }
};

// `received` is the local wall time of the reply; it stands in for the server's `Date` where that is missing.
// Points in time that the server names count from its own `Date`, so a wrong clock on either side does not
// matter. Unreadable values count as absent, and waits are cut at 366 days (chosen: over any max_wait, and
// safe to add to a time).
//
// Read are, under the names of the profile:
//   Limit, Remaining, Reset  one each; "100, 100;w=60" as in the IETF drafts up to 06 too.
//                            Reset: epoch seconds, epoch milliseconds (from 10^11), or, under 10^9, a delta
//                            in seconds. Fractions count (Remaining: rounded down). Or a date, as below.
//   RateLimit-Policy, RateLimit
//                            draft-ietf-httpapi-ratelimit-headers-08 and later: "name";q=60;w=60 and
//                            "name";r=47;t=18; draft 07: limit=60, remaining=47, reset=18 with 60;w=60. Of
//                            several policies the one with the least remaining counts. They win over the
//                            three above. Policies that count anything but requests (`qu`) are passed over.
//   Retry-After              delta seconds or HTTP-date (RFC 9110 section 10.2.3); 10^9 and more is epoch
//                            seconds or milliseconds (some APIs send that in a header of their own). A date
//                            may also be one of ISO 8601 with a zone: RFC 3339, or cut to the minute (Jira).
rate_facts read_rate_headers(const api::header_names&, std::span<const header_field>,
                             wall_time received) noexcept;

// What the rule that judged a reply says of the wait (status_rule::wait) and of what waits.
void apply_rule(rate_facts&, const api::status_rule&) noexcept;
// How long a throttled reply makes its own row wait, that has met such a reply `met` times: what its headers
// ask for, else the rule's time, doubled each time. Zero: neither is there.
duration wait_of_row(const rate_facts&, std::uint32_t met) noexcept;

// Whether there is anything for read_rate_headers to read: without, its facts are empty. Most APIs say
// nothing of rates in most replies.
bool tells_of_rates(const api::header_names&, std::span<const header_field>) noexcept;

// Parts, for tests and fuzzing.
std::optional<duration> parse_retry_after(std::string_view, wall_time server_now) noexcept;
std::optional<duration> parse_rate_reset(std::string_view, wall_time server_now) noexcept;

}  // namespace pawl::policy
