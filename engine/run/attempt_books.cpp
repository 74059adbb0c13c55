#include "engine/run/attempt_books.hpp"

#include "engine/client/attempt.hpp"
#include "engine/policy/id_hash.hpp"
#include "engine/policy/run_signs.hpp"
#include "engine/sys/clock.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::run {

using policy::hash_of_id;
using policy::request_kind;

bool attempt_books::must_wait(request_kind kind, const job_in_hand& job, policy::step_event& happened) {
  const auto now = clock::now();
  auto asked = policy::request_counts::of(kind);
  if (kind == request_kind::read && job.step.reads_for_a_write()) asked.writes = 1;
  const auto due = shared_.each.due(hash_of_id(job.job.id), asked, now);
  if (due <= now || shared_.stopping) return false;
  shared_.held_until = std::max(shared_.held_until, due);
  happened = policy::event::held{due};
  return true;
}

// Where a resource has limits of its own.
void attempt_books::sent_about(request_kind kind, const job_in_hand& job, time_point now) {
  const auto id = hash_of_id(job.job.id);
  shared_.each.take(id, kind);
  line(kind).sent(place(kind), now, id);
}

inline void attempt_books::free_slot(request_kind kind, const policy::judgement& last,
                                     const attempt_fact& fact, time_point now) {
  const bool throttled = last.is == api::verdict::throttled;
  line(kind).closed(place(kind), now,
                    client::rate_facts_of(shared_.profile.headers, fact, throttled, last.rule),
                    shared_.jitter());
  shared_.places.replied(mark_, kind, policy::load_sign_of(last, fact), now);
  if (throttled) ++shared_.progress.figures.throttled;
}

inline void attempt_books::heard(request_kind kind, const policy::judgement& last, std::string_view id,
                                 const attempt_fact& fact, time_point now) {
  if (policy::concerns_stop_rules(kind, last)) shared_.rules.on_attempt(last, now);
  if (policy::is_trouble(last)) shared_.last_trouble = policy::trouble_in_words(fact, last.foreign);
  const auto before = shared_.breaker.state();
  const auto sign = policy::sign_of(last);
  if (!trial_) {
    const auto hash = sign == policy::breaker::sign::life ? 0 : std::hash<std::string_view>{}(id);
    shared_.breaker.on_attempt(kind, sign, hash, now);
  } else if (policy::ends_trial(kind, last)) {
    trial_ = false;
    shared_.breaker.on_trial(sign, now);
  }
  if (before != shared_.breaker.state()) shared_.release_held();
}

void attempt_books::judged(request_kind kind, const job_in_hand& job, const attempt_fact& fact,
                           http::lease& used, time_point now) {
  const auto& last = job.step.last();
  if (fact.reached == phase::answered) shared_.rules.on_reply(kind == request_kind::write);
  if (last.proves_the_api) shared_.proven(sent_at_);
  if (client::send_line::holds_slot(place(kind))) {
    if (!shared_.each.is_empty()) shared_.each.closed(hash_of_id(job.job.id), kind, now);
    free_slot(kind, last, fact, now);
  }
  if (fact.fault == transport_fault::cancelled) return;
  heard(kind, last, job.job.id, fact, now);
  // The fact may point into the connection's buffer: nobody looks at it from here on.
  if (policy::leads_astray(last)) used.discard();
}

void attempt_books::sent_shared(request_kind kind, bool is_retry, time_point now) {
  const bool is_write = kind == request_kind::write;
  sent_at_ = now;
  line(kind).sent(place(kind), now);
  mark_ = shared_.places.sent(now);
  auto& progress = shared_.progress;
  ++(is_write ? progress.figures.writes : progress.figures.reads);
  if (is_write && is_retry) ++progress.figures.retries;
  ++progress.in_flight;
}

void attempt_books::judged_shared(request_kind kind, const policy::judgement& last, const attempt_fact& fact,
                                  time_point now) {
  if (fact.reached == phase::answered) shared_.rules.on_reply(kind == request_kind::write);
  if (last.proves_the_api) shared_.proven(sent_at_);
  if (client::send_line::holds_slot(place(kind))) free_slot(kind, last, fact, now);
  if (fact.fault == transport_fault::cancelled) return;
  // It is about several rows, so no two of them fail for the sake of one.
  heard(kind, last, std::to_string(++shared_requests_), fact, now);
}

void attempt_books::ended(const job_in_hand& job, const policy::action::finish& end, time_point now) {
  const auto& last = job.step.last();
  const bool proves = policy::ended_well_without_write(job.step.attempts(), last);
  if (proves) shared_.rules.on_attempt(last, now);
  if (proves && trial_) {
    trial_ = false;
    shared_.breaker.on_trial(policy::breaker::sign::life, now);
    shared_.release_held();
  }
  abandon_trial();
  if (is_success(end.result)) shared_.succeeded(job.job.id);
  if (auto order = policy::on_job_end(shared_.rules, end, shared_.profile, now))
    shared_.order_stop(*std::move(order));
}

bool attempt_books::is_admitted() {
  if (trial_) return true;
  const auto answer = shared_.breaker.admit();
  trial_ = answer == policy::breaker::admission::trial;
  return answer != policy::breaker::admission::wait;
}

void attempt_books::abandon_trial() {
  if (!trial_) return;
  trial_ = false;
  shared_.breaker.abandon_trial();
  shared_.release_held();
}

}  // namespace pawl::run
