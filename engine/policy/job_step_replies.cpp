// What a job_step concludes from the replies to its writes.
#include "engine/api/reply_signs.hpp"
#include "engine/policy/job_step.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <iterator>

namespace pawl::policy {
namespace {

// An error in the reply to a request for several rows has no status of its own: it says no to its row.
int status_of_refusal(const attempt_fact& fact) noexcept {
  return fact.part == reply_part::error ? 400 : fact.status;
}

}  // namespace

step_action job_step::after_reply(const event::replied& reply, const surroundings& s) {
  const auto& fact = *reply.fact;
  // The reply to a write that shows nothing is looked at for an error that stands where errors do.
  const bool may_be_error =
      fact.reached == phase::answered && (!is_2xx(fact.status) || fact.part == reply_part::error ||
                                          (!profile_.reply.echoes_resource() && !fact.body.empty()));
  const auto error = may_be_error ? reader_.read_error(fact.body) : api::error_view{};
  const auto signs = signs_of(profile_, fact, error, request_kind::write, s.has_succeeded);
  last_ = judge(profile_, fact, signs, job_.replay_safe);
  if (fact.reached != phase::not_sent) charges_.left(request_kind::write);
  then_ = afterwards::queue;
  if (last_.is != api::verdict::throttled) charges_.not_throttled(request_kind::write);
  const auto note = last_.foreign ? notes_.of_error(fact, error, true) : notes_.of(fact, error, false);
  if (!last_.foreign) {
    foreign_.end_with(request_kind::write);
    if (last_.is == api::verdict::conflict) key_.answered();
    if (fact.status >= 500) key_.failed();
  }

  if (fact.fault == transport_fault::cancelled) return write_cancelled(fact, note);
  if (last_.foreign) return after_foreign(request_kind::write, fact, note, s);
  switch (last_.is) {
    case api::verdict::ok:
      if (fact.part != reply_part::error && is_error_in_success(last_, error)) {
        last_.is = api::verdict::refused;
        return after_refusal(fact.status, note);
      }
      return after_success(fact, note);
    case api::verdict::throttled:
      maybe_worked_first(fact, note);
      return throttled(request_kind::write, fact, s);
    case api::verdict::refused:
      return after_refusal(status_of_refusal(fact), note);
    case api::verdict::conflict:
      return after_conflict(fact, note, reply.trial, s);
    case api::verdict::stop:
      if (fact.reached == phase::answered && !last_.vouched) doubt_.lost(arrival::over);
      return stop(note);
    case api::verdict::maybe:
      return after_maybe(reply, note, s);
    case api::verdict::retry:
      break;
  }
  return after_retry(fact, note, reply.trial, s);
}

// A request for several rows was refused as a whole. That charges none of them: each is sent again with
// fewer others, in the end alone, and what it is told then is about itself.
step_action job_step::after_shared_refusal(const attempt_fact& fact, const surroundings& s) {
  last_ = {};
  last_.is = api::verdict::refused;
  last_.charges_attempt = false;
  last_.vouched = true;
  charges_.left(request_kind::write);
  charges_.refused_together();
  charges_.not_throttled(request_kind::write);
  foreign_.end_with(request_kind::write);
  // The status of a conflict, say: the write may be in place from before.
  kept_.keep(notes_.of_reply(fact));
  then_ = afterwards::queue;
  return queue_or_read_again(s.now);
}

// "Not now": a 429 is said at the door, a 503 perhaps after the work was done, and so is what nobody signed.
// (A job that cannot bear a second sending is here only if the API says that nothing was.)
void job_step::maybe_worked_first(const attempt_fact& fact, const error_note& note) {
  if ((last_.vouched && fact.status < 500) || !job_.replay_safe) return;
  doubt_.lost(arrival::over);
  kept_.keep(note);
}

// A stopped run waits for nothing: what may have been applied is sent again by the next run if that is safe,
// and read by it where a read can tell.
step_action job_step::write_cancelled(const attempt_fact& fact, const error_note& note) {
  if (fact.reached == phase::maybe_applied) {
    doubt_.lost(arrival::over);
    if (!job_.replay_safe && !can_read()) return finish(outcome::unknown, verified::none, note);
  }
  return give_up_quietly();
}

step_action job_step::after_success(const attempt_fact& fact, error_note note) {
  using shown_as = api::echo_report::state;
  if (profile_.reply.is == api::reply_kind::read && can_read()) return after_accepted(fact, note);
  const auto echo = reader_.compare(fact.body, fact.part, job_.id, wanted(), sent());
  // What shows less than all that was sent may be an error that names the resource.
  const bool shows_all = echo.is == shown_as::as_wanted && echo.how == verified::full;
  if (!shows_all && profile_.reply.echoes_resource())
    if (const auto error = reader_.read_error(fact.body); is_error_in_success(last_, error)) {
      last_.is = api::verdict::refused;
      const auto refusal = notes_.of_error(fact, error, false);
      return after_refusal(fact.status, refusal);
    }
  switch (echo.is) {
    case shown_as::as_wanted:
      last_.proves_the_api = true;
      note.code = note.message = {};
      return finish(outcome::applied, echo.how, note);
    case shown_as::differs:
      last_.proves_the_api = true;
      note.code = "mismatch";
      note.message =
          notes_.keep(fmt::format("the reply shows {} = {}", profile_[echo.field].name, echo.shown));
      if (!can_read()) return finish(outcome::mismatch, verified::none, note, echo.field);
      doubt_.accepted();
      differing_ = echo.field;
      kept_.keep(note);
      return read(purpose::contradiction);
    case shown_as::other_id:
    case shown_as::unreadable:
    case shown_as::misshapen:
      break;
  }
  return after_unshown(fact, note, echo);
}

// Accepted, and what it did is for a read to show. What the reply says is kept for the case that it did not
// do what was asked for.
step_action job_step::after_accepted(const attempt_fact& fact, error_note note) {
  constexpr std::size_t longest = 256;  // bytes of a reply, for people; chosen
  auto& words = notes_.compose();
  append_printable(words, fact.body, longest);
  note.code = {};
  note.message = words;
  last_.proves_the_api = true;
  doubt_.accepted();
  kept_.keep(note);
  return read(purpose::result);
}

// Accepted, and not shown. Sending it again might do it twice, so one look tells, or nobody can.
step_action job_step::after_unshown(const attempt_fact& fact, error_note note, const api::echo_report& echo) {
  using shown_as = api::echo_report::state;
  note.code = echo.is == shown_as::other_id ? "other_id" : "unreadable_reply";
  auto why = echo.is == shown_as::other_id    ? api::of_another_id(job_.id, echo.shown)
             : echo.is == shown_as::misshapen ? api::of_another_shape(echo.misshapen)
                                              : api::why_unreadable(fact);
  if (!why.certain()) why.what = "the reply could not be read";
  if (why.remedy.empty())
    why.remedy = "set reply = \"none\" in the profile if the API does not answer writes with the resource";
  note.message = notes_.keep(api::in_words(why));
  trouble_ = reply_trouble::unshown;
  doubt_.accepted();
  kept_.keep(note);
  if (!can_read()) return finish(outcome::unknown, verified::none, kept_.view());
  return read(purpose::accepted);
}

// A refusal speaks of the last attempt only: it may be news since an earlier one was applied ("closed
// already"). And a conflict may mean that the resource is as wanted already. Where no read can tell, a
// refusal of the body (400, 422) is taken for one of every attempt, because they all carried the same.
step_action job_step::after_refusal(int status, const error_note& note) {
  if (can_read() && (status == 409 || doubt_.may_be_applied() || doubt_.left_may_arrive())) {
    kept_.keep(note);
    return read(purpose::refusal);
  }
  // An error in a 2xx, and what comes after somebody else answered, are looked at before they are believed.
  if (can_read() && (is_2xx(status) || doubt_.another_may_have_written())) {
    kept_.keep(note);
    foreign_.doubt_refusal(note);
    return read(purpose::foreign_verdict);
  }
  const bool of_the_body = status == 400 || status == 422 || is_2xx(status);
  return finish(doubt_.may_be_applied() && !of_the_body ? outcome::unknown : outcome::refused, verified::none,
                note);
}

// Nothing was applied, and the resource is another than the one that was read: the plan is made anew. Of a
// job that must not be sent twice the last plan is held against the resource first, if an attempt may have
// been applied; else plan_from() does so.
step_action job_step::after_conflict(const attempt_fact& fact, const error_note& note, bool trial,
                                     const surroundings& s) {
  // What does not show that the API said it may have been said after the write was applied.
  if (!last_.vouched) doubt_.lost(arrival::over);
  // Without a read before the write there is no plan that a read could make anew.
  if (!options_.read_first) return after_refusal(fact.status, note);
  kept_.keep(note);
  held_.outdate();
  // Else a rule calls it a conflict, or somebody who has not seen the guard.
  if (is_guarded() && last_.vouched) doubt_.guard_failed();
  charges_.failed(request_kind::write, last_, fact.reached, trial);
  if (charges_.are_used_up(request_kind::write)) return read(purpose::refusal);
  reading_for_ = doubt_.any() && !job_.replay_safe ? purpose::maybe : purpose::plan;
  then_ = afterwards::read;
  return sleep_until(s.now + backoff(options_.retry, charges_.sent_in_vain(), false, s.jitter01));
}

step_action job_step::after_maybe(const event::replied& reply, const error_note& note,
                                  const surroundings& s) {
  const auto& fact = *reply.fact;
  doubt_.lost(arrival_of(fact, job_.replay_safe));
  kept_.keep(note);
  if (!job_.replay_safe && !can_read()) return finish(outcome::unknown, verified::none, kept_.view());
  charges_.failed(request_kind::write, last_, fact.reached, reply.trial);
  if (job_.replay_safe && charges_.are_used_up(request_kind::write)) return attempts_used_up();
  // Also where only a read follows: a server that broke off may still be at work.
  reading_for_ = purpose::maybe;
  // A guard does not make a message safe to send twice: a stamp of seconds may not have moved since.
  if (!job_.replay_safe) then_ = afterwards::read;
  // A row that does not read first looks before it sends again what it sent together with others.
  if (reply.was_shared && !options_.read_first && can_read()) then_ = afterwards::read;
  return sleep_until(s.now +
                     backoff(options_.retry, charges_.sent_in_vain(), fact.status >= 500, s.jitter01));
}

// Not applied, as far as whoever said so is known.
step_action job_step::after_retry(const attempt_fact& fact, const error_note& note, bool trial,
                                  const surroundings& s) {
  // A rule that vouches for it means it, also of a 5xx.
  const bool was_answered = fact.reached == phase::answered;
  if (was_answered && (!last_.vouched || !last_.charges_attempt)) maybe_worked_first(fact, note);
  if (was_answered && !last_.charges_attempt) return not_ready(fact, s);
  if (fact.reached == phase::not_sent)
    return sleep_until(s.now +
                       backoff(options_.retry, charges_.not_sent(request_kind::write), false, s.jitter01));
  kept_.keep(note);
  charges_.failed(request_kind::write, last_, fact.reached, trial);
  if (charges_.are_used_up(request_kind::write)) return attempts_used_up();
  return sleep_until(s.now +
                     backoff(options_.retry, charges_.sent_in_vain(), fact.status >= 500, s.jitter01));
}

step_action job_step::attempts_used_up() {
  if (doubt_.may_be_applied() && can_read()) return read(purpose::maybe);
  return finish(exhausted(doubt_.may_be_applied()), verified::none, kept_.view());
}

}  // namespace pawl::policy
