// What a job_step concludes from reads: plans, proofs, and what still may be on its way.
#include "engine/api/reply_signs.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"
#include "engine/policy/job_step.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pawl::policy {

step_action job_step::after_read(const event::read_replied& reply, const surroundings& s) {
  const auto& fact = *reply.fact;
  const auto error = fact.reached == phase::answered && (fact.status < 200 || fact.status > 299)
                         ? reader_.read_error(fact.body)
                         : api::error_view{};
  last_ = judge(profile_, fact, signs_of(fact, error, false, s), true);
  if (fact.reached != phase::not_sent) reads_not_sent_ = 0;
  if (last_.is != api::verdict::throttled) reads_throttled_ = 0;
  resume_with_read_ = true;
  if (fact.fault == transport_fault::cancelled) return give_up_quietly();
  if (last_.foreign) {
    const auto note = note_of_error(fact, error);
    return after_foreign(true, fact, note, s);
  }
  if (stranger_on_read_) strangers_ = strangers_met_ = 0;
  if (last_.is == api::verdict::retry && fact.reached == phase::answered && !last_.charges_attempt)
    return not_ready(fact, s);
  switch (last_.is) {
    case api::verdict::ok:
      return reading_for_ == purpose::plan ? plan_from(fact, reply.trial, s)
                                           : look_again(fact, reply.trial, s);
    case api::verdict::throttled:
      return throttled(fact, s);
    case api::verdict::refused:
      return read_gave_up(note_of(fact, error));
    case api::verdict::stop:
      state_ = state::stopped;
      return action::stop_run{note_of(fact, error), last_.remedy};
    case api::verdict::maybe:
    case api::verdict::retry:
      break;
  }
  return read_failed(fact, note_of(fact, error), reply.trial, s);
}

step_action job_step::read_failed(const attempt_fact& fact, const error_note& note, bool trial,
                                  const surroundings& s) {
  // What the write met says more than why a read back failed.
  if (reading_for_ == purpose::plan || reading_for_ == purpose::interrupted) kept_.keep(note);
  state_ = state::sleeping;
  if (fact.reached == phase::not_sent)
    return action::sleep{s.now + backoff(options_.retry, ++reads_not_sent_, false, s.jitter01)};
  charge(true, fact, trial);
  return action::sleep{s.now + backoff(options_.retry, read_charged_ + 1, fact.status >= 500, s.jitter01)};
}

// No read will tell: refused by the API, or its attempts are used up.
step_action job_step::read_gave_up(const error_note& read_note) {
  switch (reading_for_) {
    case purpose::plan:
      // A 4xx of somebody else is said instead of writing; a page in a 2xx may be said after it.
      if (may_be_applied_ || (stranger_may_have_written_ && stranger_says_ == api::verdict::ok))
        return finish(outcome::unknown, verified::none, read_note);
      return finish(last_.is == api::verdict::refused ? outcome::refused : outcome::failed, verified::none,
                    read_note);
    case purpose::interrupted:
      return finish(outcome::unknown, verified::none, read_note);
    case purpose::contradiction:
      return finish(outcome::mismatch, verified::none, kept_.view(), differing_);
    case purpose::refusal:
      return finish(may_be_applied_ ? outcome::unknown : outcome::refused, verified::none, kept_.view());
    case purpose::foreign:
      if (stranger_says_ == api::verdict::refused && !may_be_applied_)
        return finish(outcome::refused, verified::none, stranger_.view());
      return finish(outcome::unknown, verified::none, stranger_.view());
    case purpose::accepted:
    case purpose::maybe:
      break;
  }
  return finish(outcome::unknown, verified::none, kept_.view());
}

// What an invocation that was killed has sent, as this read shows it.
api::second_look job_step::look_for_left(const attempt_fact& fact) {
  left_values_.clear();
  if (!api::parse_values(left_->new_values, profile_, left_values_)) left_values_.clear();
  return resources_->look_again(fact.body, job_.id, left_values_, left_->old_values, left_->updated_at);
}

// A write that was on its way when pawl was killed may arrive after a read that showed nothing of it.
bool job_step::left_has_arrived(const attempt_fact& fact, api::second_look& look) {
  if (!left_on_its_way_) return false;
  look = look_for_left(fact);
  return look.is == api::reading::readable && look.proven == api::second_look::proof::applied;
}

step_action job_step::plan_from(const attempt_fact& fact, bool trial, const surroundings& s) {
  if (api::second_look look; left_has_arrived(fact, look))
    return finish(outcome::applied, look.how, {fact.status, {}, {}, {}});
  // Before a job is planned anew: perhaps its last attempt is what the resource shows.
  if (is_in_doubt() && planned_) {
    const auto look =
        resources_->look_again(fact.body, job_.id, plan_.send, plan_.old_values, plan_.updated_at);
    if (look.is == api::reading::readable && look.proven == api::second_look::proof::applied)
      return finish(outcome::applied, look.how, {kept_.http_status, {}, {}, kept_.request_id});
    if (look.proven == api::second_look::proof::not_applied && !timed_out_)
      may_be_applied_ = earlier_doubt_;
    else if (look.is == api::reading::readable)
      earlier_doubt_ = true;
    if (look.shows_old) stranger_may_have_written_ = false;
  }
  const auto found = resources_->make_plan(fact.body, job_, s.wall, plan_);
  planned_ = found == api::reading::readable;
  if (!planned_) return read_unreadable(fact, found, trial, s);
  if (!plan_.complete)
    if (const auto error = reader_.read_error(fact.body); is_error_in_success(error)) {
      planned_ = false;
      last_.is = api::verdict::refused;
      return read_gave_up(note_of_error(fact, error));
    }
  last_.proves_the_api = true;
  read_charged_ = odd_reads_ = 0;
  has_let_go_ = false;
  if (!plan_.unmet.empty())
    return finish(is_in_doubt() ? outcome::unknown : outcome::skipped, verified::none,
                  {fact.status, "precondition", plan_.unmet, {}});
  if (plan_.send.empty()) {
    if (!is_in_doubt()) return finish(outcome::unchanged, plan_.shown, {});
    // As wanted, but whether by this job no read can tell: an accepted write tells.
    if (!job_.replay_safe) return finish(outcome::unknown, verified::none, kept_.view());
    if (const auto all = resources_->send_all(fact.body, plan_); all != api::reading::readable) {
      planned_ = false;
      return read_unreadable(fact, all, trial, s);
    }
  }
  read_at_ = s.now;
  replaces_intent_ = (replaces_intent_ || intent_committed_) && !is_in_doubt();
  intent_committed_ = false;
  if (std::exchange(holds_connection_, false)) return await_grant();
  return queue(lease_lead);
}

step_action job_step::look_again(const attempt_fact& fact, bool trial, const surroundings& s) {
  using proof = api::second_look::proof;
  api::second_look look;
  if (reading_for_ == purpose::interrupted) {
    look = look_for_left(fact);
  } else if (reading_for_ == purpose::contradiction || !planned_) {
    look = resources_->look_again(fact.body, job_.id, wanted(), {}, {});
  } else {
    look = resources_->look_again(fact.body, job_.id, plan_.send, plan_.old_values, plan_.updated_at);
  }
  if (look.is != api::reading::readable) return read_unreadable(fact, look.is, trial, s);
  if (look.how != verified::full)
    if (const auto error = reader_.read_error(fact.body); is_error_in_success(error)) {
      last_.is = api::verdict::refused;
      return read_gave_up(note_of_error(fact, error));
    }
  last_.proves_the_api = true;
  read_charged_ = odd_reads_ = 0;

  switch (reading_for_) {
    case purpose::interrupted:
      if (look.proven == proof::applied) return finish(outcome::applied, look.how, {fact.status, {}, {}, {}});
      if (look.proven == proof::none && !job_.replay_safe)
        return finish(outcome::unknown, verified::none, {0, "interrupted", interrupted_text, {}});
      if (look.proven == proof::not_applied) {
        const auto over = left_->sent_by + options_.settle_time;
        if (!job_.replay_safe && over > s.now && !settled_) return settle(over);
        may_be_applied_ = false;
        left_on_its_way_ = true;
      }
      earlier_doubt_ = may_be_applied_;
      return join_line();
    case purpose::contradiction:
      if (look.shows_wanted && look.how != verified::none)
        return finish(outcome::applied, look.how, {kept_.http_status, {}, {}, kept_.request_id});
      return finish(outcome::mismatch, verified::none, kept_.view(), differing_);
    case purpose::refusal:
      if (may_be_applied_) {
        if (look.proven == proof::applied)
          return finish(outcome::applied, look.how, {kept_.http_status, {}, {}, kept_.request_id});
        if (look.proven == proof::not_applied && timed_out_ && !settled_)
          return settle(s.now + options_.settle_time);
        return finish(
            look.proven == proof::not_applied && !earlier_doubt_ ? outcome::refused : outcome::unknown,
            verified::none, kept_.view());
      }
      if (api::second_look of_left; left_has_arrived(fact, of_left))
        return finish(outcome::applied, of_left.how, {kept_.http_status, {}, {}, kept_.request_id});
      if (look.shows_wanted && look.how != verified::none)
        return finish(outcome::unchanged, look.how, kept_.view());
      return finish(outcome::refused, verified::none, kept_.view());
    case purpose::accepted:
      if (look.shows_wanted && look.how != verified::none)
        return finish(outcome::applied, look.how, {kept_.http_status, {}, {}, kept_.request_id});
      if (look.shows_wanted) return finish(outcome::unknown, verified::none, kept_.view());
      // A cache may still show what was before: a second look, a moment later, decides.
      if (!std::exchange(contradicted_, true)) {
        state_ = state::sleeping;
        return action::sleep{s.now + backoff(options_.retry, 1, true, 1)};
      }
      return finish(outcome::mismatch, verified::none, kept_.view(), look.field);
    case purpose::foreign:
      return look_for_foreign(fact, look, s);
    case purpose::maybe:
    case purpose::plan:
      break;
  }
  if (look.proven == proof::applied)
    return finish(outcome::applied, look.how, {kept_.http_status, {}, {}, kept_.request_id});
  if (look.proven == proof::not_applied) return untouched(s);
  return finish(outcome::unknown, verified::none, kept_.view());
}

// The resource is as it was before the last attempt.
step_action job_step::untouched(const surroundings& s) {
  if (timed_out_ && !settled_) return settle(s.now + options_.settle_time);
  timed_out_ = false;
  may_be_applied_ = earlier_doubt_;
  if (charged_ >= options_.retry.max_attempts)
    return finish(exhausted(may_be_applied_), verified::none, kept_.view());
  read_at_ = s.now;
  return queue(lease_lead);
}

// Reads once more when what may still be on its way has arrived.
step_action job_step::settle(time_point until) {
  settled_ = true;
  resume_with_read_ = true;
  state_ = state::sleeping;
  return action::sleep{until};
}

// A 2xx to a read that shows no resource of this id. Where the reason will not go away, the row does not ask
// again; what may be a mix-up on the way (another id, no id) is asked for twice.
step_action job_step::read_unreadable(const attempt_fact& fact, api::reading found, bool trial,
                                      const surroundings& s) {
  error_note note;
  note.http_status = fact.status;
  note.request_id = find_header(fact.headers, profile_.headers.request_id);
  note.code = "unreadable_reply";
  api::misreading why;
  bool certain = true;
  if (found == api::reading::other_id) {
    note.code = "other_id";
    why = api::of_another_id(job_.id, resources_->trouble());
    // An object without an id, from an API that has shown ids before, is somebody else's.
    if (resources_->trouble().empty() && s.has_succeeded) {
      text_ = api::in_words(why);
      note.message = text_;
      last_.foreign = last_.outage = true;
      return after_foreign(true, fact, note, s);
    }
    certain = api::spells_alike(job_.id, resources_->trouble()) || ++odd_reads_ > 1;
  } else if (found == api::reading::misshapen) {
    why = api::of_another_shape(resources_->trouble());
  } else {
    why = api::why_unreadable(fact);
    // From an API that has been understood before, one such reply may be a mishap.
    certain = why.certain() && (!s.has_succeeded || ++odd_reads_ > 1);
    if (!why.certain()) why.what = "the reply to a read could not be read";
  }
  text_ = api::in_words(why);
  note.message = text_;
  if (!certain) return read_failed(fact, note, trial, s);
  // What a write met says more than why it cannot be read back.
  if (reading_for_ == purpose::plan && !may_be_applied_) {
    trouble_ = reply_trouble::misread;
    return finish(outcome::failed, verified::none, note);
  }
  return read_gave_up(note);
}

}  // namespace pawl::policy
