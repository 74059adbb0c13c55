// What a job_step makes of replies that are not the API's own, and of those that say "not now".
#include "engine/api/reply_signs.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/policy/rate_headers.hpp"

#include <algorithm>

namespace pawl::policy {
namespace {

constexpr bool is_success_status(int status) noexcept {
  return status >= 200 && status <= 299;
}

}  // namespace

reply_signs job_step::signs_of(const attempt_fact& fact, const api::error_view& error, bool of_write,
                               const surroundings& s) const {
  reply_signs signs;
  signs.has_succeeded = s.has_succeeded;
  if (fact.reached != phase::answered) return signs;
  signs.code = error.code;
  signs.enveloped = error.enveloped;
  // A resource begins with a brace: most replies are told by that. A read that is answered with nothing was
  // not answered by the API.
  const bool resource = !fact.body.empty() && fact.body.front() == '{';
  // At the beginning of a run a list may be how this API answers; later it is not.
  const bool is_list = !fact.body.empty() && fact.body.front() == '[';
  signs.page = !resource &&
               (api::is_page(fact) || (!of_write && (fact.body.empty() || (is_list && s.has_succeeded))) ||
                (of_write && !profile_.reply.echoes_resource && api::is_prose(fact)));
  // Where a write shows nothing, an error in a 2xx is the API's word on the row, and no page.
  if (of_write && signs.enveloped) signs.page = false;
  return signs;
}

// What a rule of the profile calls a success is one.
bool job_step::is_error_in_success(const api::error_view& error) const noexcept {
  return error.enveloped && !last_.vouched && !api::says_ok(error.code);
}

// The reply says nothing about this row yet. Whoever sent it, the API has to prove itself first.
step_action job_step::after_foreign(bool of_read, const attempt_fact& fact, const error_note& note,
                                    const surroundings& s) {
  auto& said = of_read ? stranger_of_read_ : stranger_;
  if (said.http_status != fact.status || stranger_on_read_ != of_read) strangers_ = 0;
  said.keep(note);
  (of_read ? stranger_of_read_says_ : stranger_says_) = last_.is;
  stranger_on_read_ = of_read;
  stranger_at_ = s.now;
  stranger_spoke_ = true;
  // A page in a 2xx may stand for a write that was made, and so may any reply that a read can be held
  // against.
  if (!of_read && (can_read() || is_success_status(fact.status))) stranger_may_have_written_ = true;
  resume_with_read_ = of_read;
  state_ = state::sleeping;
  ++strangers_met_;
  action::sleep until{s.now + backoff(options_.retry, strangers_met_, false, s.jitter01), s.now};
  // Nobody can be asked: the row itself is the question, as seldom as an outage is asked about.
  if (!s.can_be_proven)
    until.anyway = s.now + backoff(options_.retry, strangers_met_, true, 0.5 + s.jitter01 / 2);
  return until;
}

// Awake again, with or without a proof.
step_action job_step::after_proof(const surroundings& s) {
  if (s.proven_at > stranger_at_) ++strangers_;
  const bool counts = strangers_ >= foreign_replies_that_count;
  if (stranger_on_read_) {
    if (counts) {
      strangers_ = 0;
      last_.is = stranger_of_read_says_;
      return read_gave_up(stranger_of_read_.view());
    }
    if (reading_for_ == purpose::plan) return join_line();
    return read(reading_for_);
  }
  if (counts) return stranger_counts(s);
  if (!job_.replay_safe) {
    if (can_read()) return read(purpose::foreign);
    if (stranger_says_ == api::verdict::ok) return finish(outcome::unknown, verified::none, stranger_.view());
  }
  if (is_stale(s.now, read_lead)) return join_line();
  return queue(lease_lead);
}

step_action job_step::stranger_counts(const surroundings&) {
  if (can_read()) {
    kept_.keep(stranger_.view());
    concluding_ = true;
    return read(purpose::foreign);
  }
  const bool refused = stranger_says_ == api::verdict::refused && !may_be_applied_;
  return finish(refused ? outcome::refused : outcome::unknown, verified::none, stranger_.view());
}

// What a read shows of a write that somebody else answered.
step_action job_step::look_for_foreign(const attempt_fact& fact, const api::second_look& look,
                                       const surroundings& s) {
  using proof = api::second_look::proof;
  const bool accepted = stranger_says_ == api::verdict::ok;
  if (look.proven == proof::applied)
    return finish(outcome::applied, look.how, {stranger_.http_status, {}, {}, stranger_.request_id});
  // What shows neither what stood there before nor what was wanted was changed by somebody, perhaps by this.
  const bool in_doubt = accepted || may_be_applied_ || look.shows_other;
  if (concluding_) {
    if (api::second_look of_left; left_has_arrived(fact, of_left))
      return finish(outcome::applied, of_left.how, {stranger_.http_status, {}, {}, stranger_.request_id});
    if (look.shows_wanted && look.how != verified::none && !look.shows_other)
      return finish(in_doubt ? outcome::applied : outcome::unchanged, look.how,
                    {stranger_.http_status, {}, {}, stranger_.request_id});
    if (look.proven == proof::not_applied && !earlier_doubt_)
      return finish(accepted ? outcome::failed : outcome::refused, verified::none, stranger_.view());
    return finish(in_doubt ? outcome::unknown : outcome::refused, verified::none, stranger_.view());
  }
  // A job that must not be sent twice is sent again only where nothing of it arrived. A page in a 2xx may be
  // said after a write: that takes proof. A 4xx is said instead of it: old values speak for that where
  // nothing shows when a resource was changed, and an unmoved resource where no field that was sent is shown.
  const bool is_likely = !in_doubt && ((look.shows_old && look.updated_at.empty()) ||
                                       (look.how == verified::none && look.is_unmoved));
  const bool is_untouched = look.proven == proof::not_applied || is_likely;
  if (!is_untouched) return finish(outcome::unknown, verified::none, stranger_.view());
  stranger_may_have_written_ = false;
  return untouched(s);
}

// 423 and 425: this resource is not ready. 421: this connection leads to another server. Nothing was done and
// nobody pays; run::progress_watch ends a run in which nothing else happens.
step_action job_step::not_ready(const attempt_fact& fact, const surroundings& s) {
  wants_unused_ = last_.misdirected;
  resume_with_read_ = state_ == state::reading;
  return wait_alone(++not_ready_, fact, s);
}

// The pacer's gate does the waiting, for the whole class. A row that meets it again and again waits by itself
// besides: perhaps it is the only one that is told so, and it shall hold no slot.
step_action job_step::throttled(const attempt_fact& fact, const surroundings& s) {
  resume_with_read_ = state_ == state::reading;
  auto& met = resume_with_read_ ? reads_throttled_ : throttled_;
  if (++met > throttled_at_once) return wait_alone(met - throttled_at_once, fact, s);
  if (resume_with_read_) return read(reading_for_);
  return queue(lease_lead);
}

action::sleep job_step::wait_alone(std::uint32_t met, const attempt_fact& fact, const surroundings& s) {
  state_ = state::sleeping;
  auto until = s.now + backoff(options_.retry, met, true, 0.5 + s.jitter01 / 2);
  // What is throttled closes the gate of its class too, so that limits.max_wait bounds the wait.
  if (last_.is == api::verdict::throttled && tells_of_rates(profile_.headers, fact.headers))
    if (const auto facts = read_rate_headers(profile_.headers, fact.headers, s.wall); facts.retry_after)
      until = std::max(until, s.now + *facts.retry_after);
  return action::sleep{until};
}

}  // namespace pawl::policy
