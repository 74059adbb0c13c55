// What an attempt's end means, and when the next one may follow: the table of the documentation as pure
// functions.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <string_view>

namespace pawl::policy {

struct retry_options {
  std::uint32_t max_attempts = 6;  // sends of one job that count against it
  duration base = std::chrono::milliseconds{250};
  duration base_after_5xx = std::chrono::seconds{1};
  duration cap = std::chrono::seconds{60};
};

struct judgement {
  api::verdict is = api::verdict::maybe;
  bool charges_attempt = true;  // throttling, stops, and failures before the first byte charge none
  bool outage = false;          // counts for the breaker: transport failure or 5xx that is no throttling
  std::string_view remedy;      // with verdict::stop: what to mend; static text or the profile's

  bool operator==(const judgement&) const = default;
};

// `code` is the error code of the reply's envelope, empty if there is none.
//
// A complete reply is judged by the profile's rules in their order, and by these defaults where none matches:
//
//   2xx                                  ok
//   429                                  throttled
//   503 with Retry-After                 throttled (job_step looks whether it was applied); maybe, for a job
//                                        that is not replay-safe
//   408, 5xx                             maybe
//   3xx, 401, 403 `scope_required`, 410  stop
//   other 4xx                            refused
//   1xx, 600 and above                   maybe: not HTTP's answer to anything; rules are not asked outside
//                                        of 100..999
//
// Names of headers in rules match without case, and so do their values. An `ok` says that the API accepted
// the patch; whether the reply shows it is for reply_reader to find (an empty body where the profile promises
// an echo is unreadable there, and thereby maybe applied).
//
// Without a complete reply: before the first byte everything may be tried again at no charge (an untrusted
// certificate, a client certificate that is missing or not accepted, and a proxy that wants credentials stop
// the run); after it the request may have been applied. A cancelled attempt charges nothing
// and is no outage, but where bytes had left it is still `maybe`.
judgement judge(const api::profile&, const attempt_fact&, std::string_view code, bool replay_safe) noexcept;

// Full jitter: a random point of [0, min(cap, base * 2^(attempt-1))]; `attempt` counts from 1, `jitter01` is
// in [0, 1). Never negative, whatever the arguments.
duration backoff(const retry_options&, std::uint32_t attempt, bool after_5xx, double jitter01) noexcept;

// How a job ends whose attempts are used up: `failed` if each of them is known not to have been applied,
// `unknown` as soon as one of them may have been and no read has told.
constexpr outcome exhausted(bool any_attempt_maybe_applied) noexcept {
  return any_attempt_maybe_applied ? outcome::unknown : outcome::failed;
}

}  // namespace pawl::policy
