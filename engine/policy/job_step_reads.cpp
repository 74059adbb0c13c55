// What a job_step concludes from reads: plans, proofs, and what still may be on its way.
#include "engine/api/reply_signs.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/policy/needless_write.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::policy {
namespace {

using proof = api::second_look::proof;

// The read shows what was wanted, in one field at least.
bool shows_it(const api::second_look& look) noexcept {
  return look.shows_wanted && look.how != verified::none;
}

}  // namespace

step_action job_step::after_read(const event::read_replied& reply, const surroundings& s) {
  const auto& fact = *reply.fact;
  const auto error = fact.reached == phase::answered && !is_2xx(fact.status) ? reader_.read_error(fact.body)
                                                                             : api::error_view{};
  last_ = judge(profile_, fact, signs_of(profile_, fact, error, request_kind::read, s.has_succeeded), true);
  if (fact.reached != phase::not_sent) charges_.left(request_kind::read);
  if (last_.is != api::verdict::throttled) charges_.not_throttled(request_kind::read);
  then_ = afterwards::read;
  if (fact.fault == transport_fault::cancelled) return give_up_quietly();
  if (last_.foreign) return after_foreign(request_kind::read, fact, notes_.of_error(fact, error, true), s);
  foreign_.end_with(request_kind::read);
  if (last_.is == api::verdict::retry && fact.reached == phase::answered && !last_.charges_attempt)
    return not_ready(fact, s);
  switch (last_.is) {
    case api::verdict::ok:
      return reading_for_ == purpose::plan ? plan_from(fact, reply.trial, s)
                                           : look_again(fact, reply.trial, s);
    case api::verdict::throttled:
      return throttled(request_kind::read, fact, s);
    case api::verdict::refused:
    case api::verdict::conflict:
      return read_gave_up(notes_.of(fact, error, false));
    case api::verdict::stop:
      return stop(notes_.of(fact, error, false));
    case api::verdict::maybe:
    case api::verdict::retry:
      break;
  }
  return read_failed(fact, notes_.of(fact, error, false), reply.trial, s);
}

step_action job_step::read_failed(const attempt_fact& fact, const error_note& note, bool trial,
                                  const surroundings& s) {
  // What the write met says more than why a read back failed.
  if (reading_for_ == purpose::plan || reading_for_ == purpose::interrupted) kept_.keep(note);
  if (fact.reached == phase::not_sent)
    return sleep_until(s.now +
                       backoff(options_.retry, charges_.not_sent(request_kind::read), false, s.jitter01));
  charges_.failed(request_kind::read, last_, fact.reached, trial);
  const auto attempt = charges_.charged(request_kind::read) + 1;
  return sleep_until(s.now + backoff(options_.retry, attempt, fact.status >= 500, s.jitter01));
}

// No read will tell: refused by the API, or its attempts are used up.
step_action job_step::read_gave_up(const error_note& read_note) {
  const auto& said = foreign_to_write();
  switch (reading_for_) {
    case purpose::plan:
      // A 4xx of somebody else is said instead of writing; a page in a 2xx may be said after it.
      if (doubt_.may_be_applied() || (doubt_.another_may_have_written() && said.says == api::verdict::ok))
        return finish(outcome::unknown, verified::none, read_note);
      return finish(last_.is == api::verdict::refused ? outcome::refused : outcome::failed, verified::none,
                    read_note);
    case purpose::interrupted:
      return finish(outcome::unknown, verified::none, read_note);
    case purpose::contradiction:
      return finish(outcome::mismatch, verified::none, kept_.view(), differing_);
    case purpose::refusal:
      return finish(doubt_.may_be_applied() ? outcome::unknown : outcome::refused, verified::none,
                    kept_.view());
    case purpose::foreign:
      // What somebody else said of the write does not count yet; what the API itself says of the resource
      // does.
      if (last_.is == api::verdict::refused && !last_.foreign && !doubt_.may_be_applied())
        return finish(outcome::refused, verified::none, read_note);
      return finish(outcome::unknown, verified::none, said.note.view());
    case purpose::foreign_verdict:
      if (said.says == api::verdict::refused && !doubt_.may_be_applied())
        return finish(outcome::refused, verified::none, said.note.view());
      return finish(outcome::unknown, verified::none, said.note.view());
    case purpose::result:
    case purpose::result_again:
      return finish(outcome::unknown, verified::none, read_note);
    case purpose::accepted:
    case purpose::accepted_again:
    case purpose::maybe:
      break;
  }
  return finish(outcome::unknown, verified::none, kept_.view());
}

api::second_look job_step::compare_with_plan(const attempt_fact& shown) {
  const auto& plan = held_.plan;
  return resources_->look_again(shown.body, shown.part, job_.id, plan.send, plan.old_values, plan.updated_at);
}

// With what an invocation that was killed has sent.
api::second_look job_step::compare_with_left(const attempt_fact& shown) {
  left_values_.clear();
  if (!api::parse_values(left_->new_values, profile_, left_values_)) left_values_.clear();
  return resources_->look_again(shown.body, shown.part, job_.id, left_values_, left_->old_values,
                                left_->updated_at);
}

// A write that was on its way when pawl was killed may arrive after a read that showed nothing of it.
std::optional<verified> job_step::left_has_arrived(const attempt_fact& shown) {
  if (!doubt_.left_may_arrive()) return std::nullopt;
  const auto look = compare_with_left(shown);
  if (look.is != api::readability::readable || look.proven != proof::applied) return std::nullopt;
  return look.how;
}

step_action job_step::plan_from(const attempt_fact& fact, bool trial, const surroundings& s) {
  auto& plan = held_.plan;
  if (const auto how = left_has_arrived(fact))
    return finish(outcome::applied, *how, {fact.status, {}, {}, {}});
  // Before a job is planned anew: perhaps its last attempt is what the resource shows.
  if (doubt_.any() && held_.is_there()) {
    const auto look = compare_with_plan(fact);
    if (look.is == api::readability::readable && look.proven == proof::applied)
      return finish_applied(look.how, kept_);
    if (!job_.replay_safe && look.is == api::readability::readable && look.proven != proof::not_applied)
      return finish(outcome::unknown, verified::none, kept_.view());
    doubt_.replanned(look);
  }
  const auto found = resources_->make_plan(fact.body, fact.part, job_, s.wall, plan);
  if (found != api::readability::readable) {
    held_.drop();
    return read_unreadable(fact, found, trial, s);
  }
  if (!plan.complete)
    if (const auto error = reader_.read_error(fact.body); is_error_in_success(last_, error)) {
      held_.drop();
      last_.is = api::verdict::refused;
      return read_gave_up(notes_.of_error(fact, error, false));
    }
  held_.made(s.now);
  last_.proves_the_api = true;
  charges_.understood();
  if (const auto needless = needless_write(plan)) {
    if (!doubt_.any()) return finish(needless->result, needless->how, needless->note(fact.status));
    if (needless->result == outcome::skipped)
      return finish(outcome::unknown, verified::none, needless->note(fact.status));
    // As wanted, but whether by this job no read can tell: an accepted write tells.
    if (!job_.replay_safe) return finish(outcome::unknown, verified::none, kept_.view());
    if (const auto all = resources_->send_all(fact.body, fact.part, plan);
        all != api::readability::readable) {
      held_.drop();
      return read_unreadable(fact, all, trial, s);
    }
  }
  if (const auto is = resources_->guard(fact.headers, plan); is != api::readability::readable) {
    held_.drop();
    return read_unreadable(fact, is, trial, s);
  }
  intent_.outdate(doubt_.any());
  if (std::exchange(holds_connection_, false)) return await_grant();
  return queue(lease_lead);
}

step_action job_step::look_again(const attempt_fact& fact, bool trial, const surroundings& s) {
  api::second_look look;
  if (reading_for_ == purpose::interrupted)
    look = compare_with_left(fact);
  else if (reading_for_ == purpose::contradiction || !held_.is_there())
    look = resources_->look_again(fact.body, fact.part, job_.id, wanted(), {}, {});
  else
    look = compare_with_plan(fact);
  if (look.is != api::readability::readable) return read_unreadable(fact, look.is, trial, s);
  if (look.how != verified::full)
    if (const auto error = reader_.read_error(fact.body); is_error_in_success(last_, error)) {
      last_.is = api::verdict::refused;
      return read_gave_up(notes_.of_error(fact, error, false));
    }
  last_.proves_the_api = true;
  charges_.understood();

  switch (reading_for_) {
    case purpose::interrupted:
      return look_for_interrupted(fact, look, s);
    case purpose::contradiction:
      if (shows_it(look)) return finish_applied(look.how, kept_);
      return finish(outcome::mismatch, verified::none, kept_.view(), differing_);
    case purpose::refusal:
      return look_for_refused(fact, look, s);
    case purpose::accepted:
    case purpose::accepted_again:
      return look_for_accepted(look, s);
    case purpose::result:
    case purpose::result_again:
      return look_for_result(look, s);
    case purpose::foreign:
      return look_for_foreign(look, s);
    case purpose::foreign_verdict:
      return conclude_foreign(fact, look);
    case purpose::maybe:
    case purpose::plan:
      break;
  }
  if (look.proven == proof::applied) return finish_applied(look.how, kept_);
  if (look.proven == proof::not_applied) return untouched(s);
  // Nothing was read before, so no read can tell; sending it again does no harm.
  if (job_.replay_safe && !charges_.are_used_up(request_kind::write)) return queue(lease_lead);
  return finish(outcome::unknown, verified::none, kept_.view());
}

step_action job_step::look_for_interrupted(const attempt_fact& fact, const api::second_look& look,
                                           const surroundings& s) {
  if (look.proven == proof::applied) return finish(outcome::applied, look.how, {fact.status, {}, {}, {}});
  if (look.proven == proof::none && !job_.replay_safe)
    return finish(outcome::unknown, verified::none, interrupted_note);
  if (look.proven == proof::not_applied) {
    const auto over = left_->sent_by + options_.longest_lateness;
    if (!job_.replay_safe && over > s.now && !doubt_.has_waited()) return wait_out(over);
    doubt_.left_unseen();
  } else {
    doubt_.left_untold();
  }
  return join_line();
}

step_action job_step::look_for_refused(const attempt_fact& fact, const api::second_look& look,
                                       const surroundings& s) {
  if (doubt_.may_be_applied()) {
    if (look.proven == proof::applied) return finish_applied(look.how, kept_);
    if (look.proven == proof::not_applied && doubt_.is_late())
      return wait_out(s.now + options_.longest_lateness);
    const bool refused = look.proven == proof::not_applied && !doubt_.is_beyond_proof();
    return finish(refused ? outcome::refused : outcome::unknown, verified::none, kept_.view());
  }
  if (const auto how = left_has_arrived(fact)) return finish_applied(*how, kept_);
  if (shows_it(look)) return finish(outcome::unchanged, look.how, kept_.view());
  return finish(outcome::refused, verified::none, kept_.view());
}

step_action job_step::look_for_accepted(const api::second_look& look, const surroundings& s) {
  if (shows_it(look)) return finish_applied(look.how, kept_);
  if (look.shows_wanted) return finish(outcome::unknown, verified::none, kept_.view());
  // A cache may still show what was before: a second look, a moment later, decides.
  if (reading_for_ == purpose::accepted) {
    reading_for_ = purpose::accepted_again;
    return sleep_until(s.now + backoff(options_.retry, 1, true, 1));
  }
  return finish(outcome::mismatch, verified::none, kept_.view(), look.field);
}

// The API said yes, and the values decide. Where it takes a write and changes nothing, a text that it
// normalises shows what stood there before, and nothing has moved.
step_action job_step::look_for_result(const api::second_look& look, const surroundings& s) {
  const bool has_moved =
      held_.is_there() && !held_.plan.updated_at.empty() && !look.updated_at.empty() && !look.is_unmoved;
  if (look.shows_wanted && (!look.shows_old || has_moved)) return finish_applied(look.how, kept_);
  if (reading_for_ == purpose::result) {
    reading_for_ = purpose::result_again;
    return sleep_until(s.now + backoff(options_.retry, 1, true, 1));
  }
  error_note note = kept_.view();
  note.code = "mismatch";
  note.message =
      notes_.keep(fmt::format("a read shows {} = {}{}{}", profile_[look.field].name, look.shown,
                              kept_.message.empty() ? "" : "; the write was answered ", kept_.message));
  return finish(outcome::mismatch, verified::none, note, look.field);
}

// What a read shows of a write that somebody else answered. A job that must not be sent twice is sent again
// only where nothing of it arrived. A page in a 2xx may be said after a write: that takes proof. A 4xx is
// said instead of it: old values speak for that where nothing shows when a resource was changed, and an
// unmoved resource where no field that was sent is shown.
step_action job_step::look_for_foreign(const api::second_look& look, const surroundings& s) {
  const auto& said = foreign_to_write();
  if (look.proven == proof::applied) return finish_applied(look.how, said.note);
  const bool in_doubt = said.says == api::verdict::ok || doubt_.may_be_applied() || look.shows_other;
  const bool is_likely = !in_doubt && ((look.shows_old && look.updated_at.empty()) ||
                                       (look.how == verified::none && look.is_unmoved));
  const bool is_untouched = look.proven == proof::not_applied || is_likely;
  if (!is_untouched) return finish(outcome::unknown, verified::none, said.note.view());
  doubt_.another_wrote_nothing();
  return untouched(s);
}

// The reply of somebody else counts by now, and the read decides what it was worth.
step_action job_step::conclude_foreign(const attempt_fact& fact, const api::second_look& look) {
  const auto& said = foreign_to_write();
  const bool accepted = said.says == api::verdict::ok;
  if (look.proven == proof::applied) return finish_applied(look.how, said.note);
  if (const auto how = left_has_arrived(fact)) return finish_applied(*how, said.note);
  // What shows neither what stood there before nor what was wanted was changed by somebody, perhaps by this.
  const bool in_doubt = accepted || doubt_.may_be_applied() || look.shows_other;
  if (shows_it(look) && !look.shows_other)
    return finish(in_doubt ? outcome::applied : outcome::unchanged, look.how,
                  {said.note.http_status, {}, {}, said.note.request_id});
  if (look.proven == proof::not_applied && !doubt_.is_beyond_proof())
    return finish(accepted ? outcome::failed : outcome::refused, verified::none, said.note.view());
  return finish(in_doubt ? outcome::unknown : outcome::refused, verified::none, said.note.view());
}

// The resource is as it was before the last attempt.
step_action job_step::untouched(const surroundings& s) {
  if (doubt_.is_late()) return wait_out(s.now + options_.longest_lateness);
  doubt_.untouched();
  if (charges_.are_used_up(request_kind::write))
    return finish(exhausted(doubt_.may_be_applied()), verified::none, kept_.view());
  held_.seen_again(s.now);
  return queue(lease_lead);
}

// A 2xx to a read that shows no resource of this id. Where the reason will not go away, the row does not ask
// again; what may be a mix-up on the way (another id, no id) is asked for twice.
step_action job_step::read_unreadable(const attempt_fact& fact, api::readability found, bool trial,
                                      const surroundings& s) {
  auto note = notes_.of_reply(fact);
  note.code = "unreadable_reply";
  api::misreading why;
  bool certain = true;
  if (found == api::readability::other_id) {
    note.code = "other_id";
    why = api::of_another_id(job_.id, resources_->trouble());
    // An object without an id, from an API that has shown ids before, is somebody else's.
    if (resources_->trouble().empty() && s.has_succeeded) {
      note.message = notes_.keep(api::in_words(why));
      last_.foreign = last_.outage = true;
      return after_foreign(request_kind::read, fact, note, s);
    }
    certain = api::spells_alike(job_.id, resources_->trouble()) || charges_.is_odd_again();
  } else if (found == api::readability::misshapen) {
    why = api::of_another_shape(resources_->trouble());
  } else {
    why = api::why_unreadable(fact);
    // From an API that has been understood before, one such reply may be a mishap.
    certain = why.certain() && (!s.has_succeeded || charges_.is_odd_again());
    if (!why.certain()) why.what = "the reply to a read could not be read";
  }
  note.message = notes_.keep(api::in_words(why));
  if (!certain) return read_failed(fact, note, trial, s);
  // What a write met says more than why it cannot be read back.
  if (reading_for_ == purpose::plan && !doubt_.may_be_applied()) {
    trouble_ = reply_trouble::misread;
    return finish(outcome::failed, verified::none, note);
  }
  if (reading_for_ == purpose::result || reading_for_ == purpose::result_again)
    trouble_ = reply_trouble::misread;
  return read_gave_up(note);
}

}  // namespace pawl::policy
