// The books of the run: what an attempt, a read and a finished job mean to the pacer, the breaker, the stop
// rules and the ledger.
#include "engine/api/reply_signs.hpp"
#include "engine/policy/rate_headers.hpp"
#include "engine/run/worker.hpp"
#include "engine/sys/wall_clock.hpp"

#include <fmt/format.h>

#include <functional>

namespace pawl::run {
namespace action = policy::action;

namespace {

// "timed out", "proxy failed: ...", "the API answered 503". Into a buffer that is used again.
void keep_trouble(std::string& to, const attempt_fact& fact, bool foreign) {
  constexpr std::size_t longest = 400;  // chosen
  if (fact.reached == phase::answered) {
    to = foreign ? fmt::format("{} with a {} that is not the API's own; check api.base_url", fact.status,
                               api::is_page(fact) ? "page" : "reply")
                 : fmt::format("the API answered {}", fact.status);
    return;
  }
  to = to_string(fact.fault);
  if (!fact.detail.empty()) to.append(": ").append(fact.detail.substr(0, longest));
}

}  // namespace

void worker::account(policy::breaker::request kind, time_point now) {
  const bool is_read = kind == policy::breaker::request::read;
  const auto& judged = job_->step.last();
  if (fact_.reached == phase::answered) shared_.rules.on_reply(!is_read);
  if (judged.proves_the_api) shared_.proven(request_sent_);
  if (auto& slot = is_read ? read_slot_ : slot_) {
    std::optional<policy::rate_facts> facts;
    if (fact_.reached == phase::answered) {
      const auto& names = shared_.profile.headers;
      facts.emplace();
      if (policy::tells_of_rates(names, fact_.headers))
        *facts = policy::read_rate_headers(names, fact_.headers, wall_now());
      facts->throttled = judged.is == api::verdict::throttled;
    }
    (is_read ? shared_.reads : shared_.writes).closed(*slot, now, facts, shared_.jitter());
    (is_read ? shared_.read_line : shared_.line).changed();
    slot.reset();
    shared_.places.replied(mark_, is_read ? job_places::request::read : job_places::request::write,
                           policy::load_sign_of(judged, fact_), now);
    if (judged.is == api::verdict::throttled) ++shared_.progress.figures.throttled;
  }
  if (fact_.fault != transport_fault::cancelled) heard(kind, judged, now);
}

void worker::heard(policy::breaker::request kind, const policy::judgement& judged, time_point now) {
  const bool is_write = kind == policy::breaker::request::write;
  // An answered read is no sign that writes work.
  if (is_write || judged.outage || judged.is == api::verdict::throttled)
    shared_.rules.on_attempt(judged, now);
  if (judged.outage || judged.is == api::verdict::throttled)
    keep_trouble(shared_.last_trouble, fact_, judged.foreign);
  const auto before = shared_.breaker.is();
  using sign = policy::breaker::sign;
  const auto is = judged.foreign ? sign::foreign : judged.outage ? sign::outage : sign::life;
  if (judged.foreign || judged.misdirected) connection_.discard();
  if (!trial_) {
    const auto id = is == sign::life ? 0 : std::hash<std::string_view>{}(job_->job.id);
    shared_.breaker.on_attempt(kind, is, id, now);
  } else if (is_write || judged.outage) {
    trial_ = false;
    shared_.breaker.on_trial(is, now);
  }
  if (before != shared_.breaker.is()) shared_.release_held();
}

// A job that needed no write proves as much as it could: the API answers.
void worker::finished_by_a_read() {
  const auto& judged = job_->step.last();
  const bool answered = job_->step.attempts() == 0 && !judged.foreign &&
                        (judged.is == api::verdict::ok || judged.is == api::verdict::refused);
  if (answered) shared_.rules.on_attempt(judged, now_);
  if (!trial_) return;
  trial_ = false;
  if (answered)
    shared_.breaker.on_trial(policy::breaker::sign::life, now_);
  else
    shared_.breaker.abandon_trial();
  shared_.release_held();
}

ledger::job_record worker::outcome_record(const action::finish& done) const {
  ledger::job_record entry;
  entry.row = job_->job.row;
  entry.id = job_->job.id;
  entry.outcome = done.result;
  entry.verified = done.how;
  entry.http_status = done.note.http_status;
  entry.error_code = done.note.code;
  entry.error_message = done.note.message;
  entry.request_id = done.note.request_id;
  entry.attempts = job_->step.attempts();
  entry.sent_at = job_->sent_at;
  entry.latency_us = job_->latency_us;
  entry.raw = job_->job.raw;
  return entry;
}

void worker::stop_run(const action::stop_run& stop) {
  policy::stop_order order;
  order.reason =
      stop.note.code.empty() ? fmt::format("http_{}", stop.note.http_status) : std::string(stop.note.code);
  order.why.kind = failure_kind::mend;
  order.why.what = stop.note.http_status == 0
                       ? std::string(stop.note.message)
                       : fmt::format("the API answered {}{}{}: {}", stop.note.http_status,
                                     stop.note.code.empty() ? "" : " ", stop.note.code, stop.note.message);
  if (!stop.note.request_id.empty()) order.why.what += fmt::format(" (request {})", stop.note.request_id);
  order.why.remedy = stop.remedy;
  shared_.order_stop(std::move(order));
}

}  // namespace pawl::run
