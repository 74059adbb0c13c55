// How a job_step waits: after replies that say "not now", after those that are not the API's own, and for
// what may still be on its way.
#include "engine/policy/job_step.hpp"

#include <algorithm>

namespace pawl::policy {

// The reply says nothing about this row yet. Whoever sent it, the API has to prove itself first.
step_action job_step::after_foreign(request_kind kind, const attempt_fact& fact, const error_note& note,
                                    const surroundings& s) {
  const auto met = foreign_.met(kind, last_.is, note, s.now);
  // A page in a 2xx may stand for a write that was made, and so may any reply that a read can be held
  // against.
  if (kind == request_kind::write && (can_read() || is_2xx(fact.status))) doubt_.answered_by_another();
  state_ = state::awaiting_proof;
  action::sleep until{s.now + backoff(options_.retry, met, false, s.jitter01), s.now};
  // Nobody can be asked: the row itself is the question, as seldom as an outage is asked about.
  if (!s.can_be_proven) until.anyway = s.now + backoff(options_.retry, met, true, 0.5 + s.jitter01 / 2);
  return until;
}

// Awake again, with or without a proof.
step_action job_step::after_proof(const surroundings& s) {
  const bool counts = foreign_.count(s.proven_at);
  if (foreign_.last() == request_kind::read) {
    if (counts) {
      const auto& said = foreign_.to(request_kind::read);
      foreign_.believed();
      last_.is = said.says;
      return read_gave_up(said.note.view());
    }
    if (reading_for_ == purpose::plan) return join_line();
    return read(reading_for_);
  }
  if (counts) return foreign_write_counts();
  if (!job_.replay_safe) {
    if (can_read()) return read(purpose::foreign);
    if (foreign_to_write().says == api::verdict::ok)
      return finish(outcome::unknown, verified::none, foreign_to_write().note.view());
  }
  return queue_or_read_again(s.now);
}

step_action job_step::foreign_write_counts() {
  const auto& said = foreign_to_write();
  if (can_read()) {
    kept_.keep(said.note.view());
    return read(purpose::foreign_verdict);
  }
  const bool refused = said.says == api::verdict::refused && !doubt_.may_be_applied();
  return finish(refused ? outcome::refused : outcome::unknown, verified::none, said.note.view());
}

// 423 and 425: this resource is not ready. 421: this connection leads to another server. Nothing was done and
// nobody pays; stop_rules ends a run in which nothing else happens.
step_action job_step::not_ready(const attempt_fact& fact, const surroundings& s) {
  need_ = last_.misdirected ? connection_need::unused : usual_need();
  return sleep_alone(charges_.not_ready(), fact, s);
}

// The pacer's gate does the waiting, for the whole class. A row that meets it again and again waits by itself
// besides: perhaps it is the only one that is told so, and it shall hold no slot.
step_action job_step::throttled(request_kind kind, const attempt_fact& fact, const surroundings& s) {
  if (const auto alone = charges_.throttled(kind); alone > 0) return sleep_alone(alone, fact, s);
  if (kind == request_kind::read) return read(reading_for_);
  return queue(lease_lead);
}

// What is throttled closes the gate of its class too, so that limits.max_wait bounds the wait; what is of the
// row by a rule waits here alone.
action::sleep job_step::sleep_alone(std::uint32_t met, const attempt_fact& fact, const surroundings& s) {
  return sleep_until(
      s.now + wait_alone(options_.retry, profile_.headers, fact.headers, last_, met, s.wall, s.jitter01));
}

action::sleep job_step::sleep_until(time_point until) {
  state_ = state::sleeping;
  return action::sleep{until};
}

// Reads once more when what may still be on its way has arrived.
action::sleep job_step::wait_out(time_point until) {
  doubt_.waited_out();
  then_ = afterwards::read;
  return sleep_until(until);
}

step_action job_step::after_sleep(const surroundings& s) {
  charges_.woke();
  if (then_ == afterwards::read) {
    if (charges_.are_used_up(request_kind::read)) return read_gave_up(kept_.view());
    // The place in the line was given up for the sleep.
    if (reading_for_ == purpose::plan) return join_line();
    return read(reading_for_);
  }
  if (charges_.are_used_up(request_kind::write)) return attempts_used_up();
  return queue_or_read_again(s.now);
}

}  // namespace pawl::policy
