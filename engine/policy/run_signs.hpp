// What the end of one job's attempt says about the run as a whole: to the breaker (is the API there?), to the
// stop rules (does the run get anywhere?), and about the connection that it used. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/breaker.hpp"
#include "engine/policy/request_kind.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/step_events.hpp"
#include "engine/policy/stop_rules.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pawl::policy {

constexpr breaker::sign sign_of(const judgement& judged) noexcept {
  using sign = breaker::sign;
  return judged.foreign ? sign::foreign : judged.outage ? sign::outage : sign::life;
}
// The API cannot or will not work just now.
constexpr bool is_trouble(const judgement& judged) noexcept {
  return judged.outage || judged.is == api::verdict::throttled;
}
// Whether stop_rules::on_attempt() hears of it: an answered read is no sign that writes work.
constexpr bool concerns_stop_rules(request_kind kind, const judgement& judged) noexcept {
  return kind == request_kind::write || is_trouble(judged);
}
// Whether the breaker's trial is over with this request: an answered read is followed by the write that
// tells.
constexpr bool ends_trial(request_kind kind, const judgement& judged) noexcept {
  return kind == request_kind::write || judged.outage;
}
// The connection leads to another server than the API's: nothing else goes on it.
constexpr bool leads_astray(const judgement& judged) noexcept {
  return judged.foreign || judged.misdirected;
}
// Of a job that is over: it sent nothing, and its last read, judged so, was answered by the API. That is as
// much proof as a job can give that needs no write.
constexpr bool ended_well_without_write(std::uint32_t attempts, const judgement& last) noexcept {
  return attempts == 0 && !last.foreign && (last.is == api::verdict::ok || last.is == api::verdict::refused);
}

// "timed out", "proxy failed: ...", "the API answered 503": the end of an attempt that is_trouble(). The
// words of others are cut after 400 bytes (chosen).
std::string trouble_in_words(const attempt_fact&, bool foreign);

// A job has ended: all that the stop rules make of it, and their order if they give one.
inline std::optional<stop_order> on_job_end(stop_rules& rules, const action::finish& end,
                                            const api::profile& names, time_point now) {
  rules.on_finish(end.result, end.differing);
  rules.on_replies(end.trouble, end.result, end.troubled_by);
  rules.progressed(now);
  // No rule is about jobs that end well.
  if (is_success(end.result) && end.trouble == reply_trouble::none) return std::nullopt;
  return rules.after_finish(names);
}

// What a job that must stop the run says to people.
stop_order order_of(const action::stop_run&);

}  // namespace pawl::policy
