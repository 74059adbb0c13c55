// What an attempt's end means, and when the next one may follow: the table of the documentation as pure
// functions.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/request_kind.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace pawl::policy {

struct retry_options {
  std::uint32_t max_attempts = 6;  // sends of one job that count against it
  duration base = std::chrono::milliseconds{250};
  duration base_after_5xx = std::chrono::seconds{1};
  duration cap = std::chrono::seconds{60};
};

constexpr bool is_2xx(int status) noexcept {
  return status >= 200 && status <= 299;
}

// What a reply shows of whose words it is. Empty where no reply came.
struct reply_signs {
  std::string_view code;       // of the error's envelope, empty if there is none
  std::string_view message{};  // likewise
  bool enveloped = false;      // the body shows the profile's error envelope
  bool page = false;           // nothing that this API says to such a request: a page for people, say
  bool has_succeeded = false;  // not of the reply: a row of this generation is a success already
  bool to_a_write = false;     // likewise; only writes meet a conflict
};
// `error`: what was read of the body where it may be an error, else empty. Views into both.
reply_signs signs_of(const api::profile&, const attempt_fact&, const api::error_view& error, request_kind,
                     bool has_succeeded) noexcept;

// Foreign replies alike to one request, each with a proof behind it that the API is there, of which the last
// counts. Chosen: where a load balancer answers every tenth request itself, one row in a thousand is refused
// by it, and a row that really is pays two requests more.
inline constexpr std::uint32_t foreign_replies_that_count = 3;

struct judgement {
  api::verdict is = api::verdict::maybe;
  bool charges_attempt = true;  // throttling, stops, and failures before the first byte charge none
  bool outage = false;          // counts for the breaker: transport failure or 5xx that is no throttling
  std::string_view remedy;      // with verdict::stop: what to mend; static text or the profile's
  // With ok and refused: the reply is not the API's own, and `is` counts once the API has proved itself.
  // Until then it is a sign of an outage.
  bool foreign = false;
  bool of_the_row = false;  // with retry: this resource is not ready, others may be (423, 425)
  // With throttled, and with retry of the row: the rule of the profile that says how long it waits, if one
  // does.
  const api::status_rule* rule = nullptr;
  bool misdirected = false;  // with retry: this connection is the wrong one (421); another must be opened
  // With ok: a rule of the profile says so that names what the default would not. With conflict, throttled,
  // stop, refused and the retry of a reply: nothing was applied, because the API itself says so (the
  // envelope, or such a rule, shows that) or because the status is one that is said at the door.
  bool vouched = false;
  bool proves_the_api = false;  // set by job_step: the reply is good and the API's own

  bool operator==(const judgement&) const = default;
};

// A complete reply is judged by the profile's rules in their order, and by these defaults where none matches:
//
//   2xx                                  ok; foreign if it is a page; refused if the profile says that a
//                                        write shows nothing and an error's code stands in it (job_step)
//   429, any other 4xx with Retry-After  throttled (but 401, 402, 407: a pause mends nothing)
//   421                                  retry, on a new connection
//   423, 425 without Retry-After         retry of this row, later; so is what a rule throttles with the
//                                        scope `id`, however long the reply asks to wait
//   503 with Retry-After                 throttled (job_step looks whether it was applied); maybe, for a job
//                                        that is not replay-safe
//   408, 5xx                             maybe
//   401, 402, 403 `scope_required`, 407  stop
//   3xx, 410                             stop; refused once a row has succeeded
//   409, 412                             conflict, if it is the reply to a write with a guard; else
//   other 4xx                            refused
//   1xx, 600 and above                   maybe: not HTTP's answer to anything; rules are not asked outside
//                                        of 100..599
//
// Whose word it is: the API's own, if the body shows the error envelope of the profile, or a rule that names
// a code, a message or a header has matched. A refusal by anybody else is foreign. A conflict decides nothing
// by itself, because the row is read again: it is foreign only if it is a page, and then it counts as a
// refusal; so it does as the reply to a read. A conflict, a throttling, a retry or a stop by anybody else may
// have been said after the write was applied (`vouched`): for a job that is not replay-safe a throttling and
// a retry count as maybe. Whoever says 401, 402, 407, 421, 423, 425 or 429 has not passed the request on.
//
// Of the reply to a request for several rows, an error of one row counts as a refusal by the API itself;
// rules that name a code or a message decide about it, whatever their status, and one that throttles is about
// this row alone. A row that the reply does not name may have been applied.
//
// Names of headers in rules match without case, and so do their values. An `ok` says that the API accepted
// the patch; whether the reply shows it is for reply_reader to find (an empty body where the profile promises
// an echo is unreadable there, and thereby maybe applied).
//
// Without a complete reply: before the first byte everything may be tried again at no charge (an untrusted
// certificate, a client certificate that is missing or not accepted, and a proxy that wants credentials stop
// the run); after it the request may have been applied. A cancelled attempt charges nothing
// and is no outage, but where bytes had left it is still `maybe`.
judgement judge(const api::profile&, const attempt_fact&, const reply_signs&, bool replay_safe) noexcept;
// The rule of the profile that decides about a complete reply; null: none matches, and the defaults decide.
const api::status_rule* matching_rule(const api::profile&, const attempt_fact&, const reply_signs&) noexcept;

// Whether a 2xx that shows this is an error after all. What a rule of the profile calls a success is one.
bool is_error_in_success(const judgement&, const api::error_view&) noexcept;

// Full jitter: a random point of [0, min(cap, base * 2^(attempt-1))]; `attempt` counts from 1, `jitter01` is
// in [0, 1). Never negative, whatever the arguments.
duration backoff(const retry_options&, std::uint32_t attempt, bool after_5xx, double jitter01) noexcept;

// How long a row waits by itself, whose last reply had these headers and was judged so, and which has met
// `met` such replies: a backoff that is half full, or longer if the headers or the rule say so.
duration wait_alone(const retry_options&, const api::header_names&, std::span<const header_field>,
                    const judgement&, std::uint32_t met, wall_time received, double jitter01) noexcept;

// How a job ends whose attempts are used up: `failed` if each of them is known not to have been applied,
// `unknown` as soon as one of them may have been and no read has told.
constexpr outcome exhausted(bool any_attempt_maybe_applied) noexcept {
  return any_attempt_maybe_applied ? outcome::unknown : outcome::failed;
}

}  // namespace pawl::policy
