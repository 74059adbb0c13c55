#include "engine/policy/job_step.hpp"

#include "engine/api/reply_signs.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace pawl::policy {
void job_step::kept_note::keep(const error_note& n) {
  http_status = n.http_status;
  code.assign(n.code);
  message.assign(n.message);
  request_id.assign(n.request_id);
}

job_step::job_step(const api::profile& profile, api::reply_reader& reader, api::resource_reader* resources,
                   const step_options& options)
    : profile_(profile), reader_(reader), resources_(resources), options_(options) {
  assert(can_read() || !options.read_first);
}

void job_step::reset(const job_view& job, const std::optional<left_intent>& left) {
  job_ = job;
  left_ = left;
  last_ = {};
  state_ = state::idle;
  reading_for_ = purpose::plan;
  planned_ = resume_with_read_ = has_let_go_ = false;
  charged_ = not_sent_ = read_charged_ = reads_not_sent_ = failed_trials_ = 0;
  charge_pending_ = read_charge_pending_ = outage_meanwhile_ = false;
  timed_out_ = settled_ = intent_committed_ = earlier_doubt_ = replaces_intent_ = false;
  left_on_its_way_ = false;
  trouble_ = reply_trouble::none;
  stranger_spoke_ = stranger_on_read_ = stranger_may_have_written_ = concluding_ = wants_unused_ =
      holds_connection_ = false;
  contradicted_ = false;
  strangers_ = strangers_met_ = odd_reads_ = not_ready_ = throttled_ = reads_throttled_ = stale_leases_ = 0;
  stranger_.http_status = stranger_of_read_.http_status = 0;
  may_be_applied_ = left.has_value();
  sends_ = sends_at_intent_ = left.has_value() ? 1 : 0;
}

std::span<const field_value> job_step::wanted() const noexcept {
  if (planned_) return plan_.wanted;
  return job_.patch;
}

step_action job_step::resume(const step_event& happened, const surroundings& s) {
  auto next = go_on(happened, s);
  // A whole resource is not kept through a wait: many jobs may wait at a time, and what was read before is
  // not put back over what somebody has changed meanwhile. The job reads again before it writes.
  if (std::holds_alternative<action::sleep>(next)) {
    has_let_go_ = sends_more_than_changes();
    plan_.body = std::string{};
    plan_.pre_image = std::string{};
  }
  // With any other action the worker uses it or gives it back.
  if (!std::holds_alternative<action::read>(next)) holds_connection_ = false;
  return next;
}

step_action job_step::go_on(const step_event& happened, const surroundings& s) {
  see_outages(s);
  if (std::holds_alternative<event::cancelled>(happened)) {
    assert(state_ != state::sending);
    return give_up_quietly();
  }
  if (const auto* reply = std::get_if<event::replied>(&happened)) {
    assert(state_ == state::sending || state_ == state::leasing);
    return after_reply(*reply, s);
  }
  if (const auto* reply = std::get_if<event::read_replied>(&happened)) {
    assert(state_ == state::reading);
    return after_read(*reply, s);
  }
  switch (state_) {
    case state::idle:
      assert(std::holds_alternative<event::started>(happened));
      return start();
    case state::queued_to_read:
      assert(std::holds_alternative<event::near_due>(happened));
      return read(purpose::plan);
    case state::queued:
      assert(std::holds_alternative<event::near_due>(happened));
      if (is_stale(s.now, wait_after_near_due)) return read(purpose::plan);
      state_ = state::leasing;
      if (std::exchange(wants_unused_, false)) return action::lease{connection_need::unused};
      return action::lease{job_.replay_safe ? connection_need::any : connection_need::fresh};
    case state::leasing:
      assert(std::holds_alternative<event::leased>(happened));
      if (is_stale(s.now, wait_after_lease)) {
        // Where connections take long to open, the one for the write comes before the read.
        holds_connection_ = stale_leases_++ > 0;
        return read(purpose::plan);
      }
      return await_grant();
    case state::awaiting:
      if (std::holds_alternative<event::delayed>(happened)) return queue(lease_lead);
      assert(std::holds_alternative<event::granted>(happened));
      return granted(s.now);
    case state::committing:
      assert(std::holds_alternative<event::intent_committed>(happened));
      intent_committed_ = true;
      return send();
    case state::sleeping:
      assert(std::holds_alternative<event::woke>(happened));
      return after_sleep(s);
    case state::stopped:
      assert(std::holds_alternative<event::token_changed>(happened));
      if (resume_with_read_) return read(reading_for_);
      return queue(lease_lead);
    case state::sending:
    case state::reading:
      break;
  }
  assert(false && "an event that does not belong to the state");
  return give_up_quietly();
}

// An outage explains the failures before it: none of them counts against the job.
void job_step::see_outages(const surroundings& s) {
  outage_meanwhile_ = s.outages != outages_seen_;
  if (!outage_meanwhile_) return;
  outages_seen_ = s.outages;
  charged_ = read_charged_ = 0;
  charge_pending_ = read_charge_pending_ = false;
}

step_action job_step::start() {
  if (!left_) return join_line();
  if (can_read()) return read(purpose::interrupted);
  if (job_.replay_safe) return join_line();
  return finish(outcome::unknown, verified::none, {0, "interrupted", interrupted_text, {}});
}

step_action job_step::join_line() {
  if (!options_.read_first) return queue(lease_lead);
  state_ = state::queued_to_read;
  return action::queue_for_write{read_lead};
}

step_action job_step::queue(duration lead) {
  state_ = state::queued;
  return action::queue_for_write{lead};
}

step_action job_step::await_grant() {
  state_ = state::awaiting;
  return action::await_grant{};
}

step_action job_step::read(purpose why) {
  reading_for_ = why;
  state_ = state::reading;
  return action::read{holds_connection_};
}

bool job_step::is_stale(time_point now, duration margin) const noexcept {
  return options_.read_first && (!planned_ || has_let_go_ || now + margin - read_at_ > options_.max_read_age);
}

step_action job_step::granted(time_point now) {
  // Held up between the read and the slot: the slot goes back, and the job reads again.
  if (is_stale(now, duration::zero())) return queue(lease_lead);
  // The intent says when the request left. A job that must not be sent twice has one for each sending: after
  // a crash the age of the last one tells whether it may still arrive.
  const bool has_intent = intent_committed_ && (job_.replay_safe || sends_ == sends_at_intent_);
  const bool needs_intent = !job_.replay_safe || planned_ || sends_more_than_changes();
  if (!needs_intent || has_intent) return send();
  if (intent_committed_) replaces_intent_ = !may_be_applied_;
  sends_at_intent_ = sends_;
  state_ = state::committing;
  if (planned_)
    return action::commit_intent{true, plan_.old_to_keep(), plan_.new_values, plan_.updated_at,
                                 std::exchange(replaces_intent_, false)};
  text_.clear();
  api::append_values(text_, job_.patch);
  return action::commit_intent{false, {}, text_, {}, std::exchange(replaces_intent_, false)};
}

step_action job_step::send() {
  state_ = state::sending;
  if (planned_) return action::send{plan_.send, plan_.body};
  return action::send{job_.patch};
}

step_action job_step::after_reply(const event::replied& reply, const surroundings& s) {
  const auto& fact = *reply.fact;
  // The reply to a write that shows nothing is looked at for an error that stands where errors do.
  const bool is_2xx = fact.status >= 200 && fact.status <= 299;
  const bool may_be_error =
      fact.reached == phase::answered && (!is_2xx || (!profile_.reply.echoes_resource && !fact.body.empty()));
  const auto error = may_be_error ? reader_.read_error(fact.body) : api::error_view{};
  last_ = judge(profile_, fact, signs_of(fact, error, true, s), job_.replay_safe);
  if (fact.reached != phase::not_sent) {
    ++sends_;
    not_sent_ = 0;
  }
  resume_with_read_ = false;
  if (last_.is != api::verdict::throttled) throttled_ = 0;
  const auto note = last_.foreign ? note_of_error(fact, error) : note_of(fact, error);
  if (!last_.foreign) strangers_ = strangers_met_ = 0;

  // A stopped run waits for nothing: what may have been applied is sent again by the next run if that is
  // safe, and read by it where a read can tell.
  if (fact.fault == transport_fault::cancelled) {
    if (fact.reached == phase::maybe_applied) {
      may_be_applied_ = true;
      if (!job_.replay_safe && !can_read()) return finish(outcome::unknown, verified::none, note);
    }
    return give_up_quietly();
  }

  if (last_.foreign) return after_foreign(false, fact, note, s);
  switch (last_.is) {
    case api::verdict::ok:
      if (is_error_in_success(error)) {
        last_.is = api::verdict::refused;
        return after_refusal(fact.status, note);
      }
      return after_success(fact, note);
    case api::verdict::throttled:
      // A 429 is said at the door, a 503 perhaps after the work was done. (A job that cannot bear a second
      // sending is here only if a rule of the profile says that nothing was.)
      if (fact.status >= 500 && job_.replay_safe) leave_in_doubt(note);
      return throttled(fact, s);
    case api::verdict::refused:
      return after_refusal(fact.status, note);
    case api::verdict::stop:
      state_ = state::stopped;
      return action::stop_run{note, last_.remedy};
    case api::verdict::maybe:
      return after_maybe(fact, note, reply.trial, s);
    case api::verdict::retry:
      break;
  }
  if (fact.reached == phase::answered && !last_.charges_attempt) return not_ready(fact, s);
  state_ = state::sleeping;
  if (fact.reached == phase::not_sent)
    return action::sleep{s.now + backoff(options_.retry, ++not_sent_, false, s.jitter01)};
  kept_.keep(note);
  charge(false, fact, reply.trial);
  if (charged_ >= options_.retry.max_attempts) return attempts_used_up();
  return action::sleep{s.now + backoff(options_.retry, sends_, fact.status >= 500, s.jitter01)};
}

step_action job_step::after_success(const attempt_fact& fact, error_note note) {
  using shown_as = api::echo_report::state;
  const auto echo = reader_.compare(fact.body, job_.id, wanted());
  // What shows less than all that was sent may be an error that names the resource.
  const bool shows_all = echo.is == shown_as::as_wanted && echo.how == verified::full;
  if (!shows_all && profile_.reply.echoes_resource)
    if (const auto error = reader_.read_error(fact.body); is_error_in_success(error)) {
      last_.is = api::verdict::refused;
      const auto refusal = note_of_error(fact, error);
      return after_refusal(fact.status, refusal);
    }
  switch (echo.is) {
    case shown_as::as_wanted:
      last_.proves_the_api = true;
      note.code = note.message = {};
      return finish(outcome::applied, echo.how, note);
    case shown_as::differs:
      last_.proves_the_api = true;
      text_.clear();
      fmt::format_to(std::back_inserter(text_), "the reply shows {} = {}", profile_[echo.field].name,
                     echo.shown);
      note.code = "mismatch";
      note.message = text_;
      if (!can_read()) return finish(outcome::mismatch, verified::none, note, echo.field);
      may_be_applied_ = true;
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

// Accepted, and not shown. Sending it again might do it twice, so one look tells, or nobody can.
step_action job_step::after_unshown(const attempt_fact& fact, error_note note, const api::echo_report& echo) {
  using shown_as = api::echo_report::state;
  note.code = echo.is == shown_as::other_id ? "other_id" : "unreadable_reply";
  auto why = echo.is == shown_as::other_id    ? api::of_another_id(job_.id, echo.shown)
             : echo.is == shown_as::misshapen ? api::of_another_shape(profile_[echo.field].name)
                                              : api::why_unreadable(fact);
  if (!why.certain()) why.what = "the reply could not be read";
  if (why.remedy.empty())
    why.remedy = "set reply = \"none\" in the profile if the API does not answer writes with the resource";
  text_ = api::in_words(why);
  note.message = text_;
  trouble_ = reply_trouble::unshown;
  may_be_applied_ = true;
  kept_.keep(note);
  if (!can_read()) return finish(outcome::unknown, verified::none, kept_.view());
  return read(purpose::accepted);
}

// A refusal speaks of the last attempt only: it may be news since an earlier one was applied ("closed
// already"). And a conflict may mean that the resource is as wanted already. Where no read can tell, a
// refusal of the body (400, 422) is taken for one of every attempt, because they all carried the same.
step_action job_step::after_refusal(int status, const error_note& note) {
  const bool is_2xx = status >= 200 && status <= 299;
  if (can_read() && (status == 409 || may_be_applied_ || left_on_its_way_)) {
    kept_.keep(note);
    return read(purpose::refusal);
  }
  // An error in a 2xx, and what comes after somebody else answered, are looked at before they are believed.
  if (can_read() && (is_2xx || stranger_may_have_written_)) {
    kept_.keep(note);
    stranger_.keep(note);
    stranger_says_ = api::verdict::refused;
    concluding_ = true;
    return read(purpose::foreign);
  }
  const bool of_the_body = status == 400 || status == 422 || is_2xx;
  return finish(may_be_applied_ && !of_the_body ? outcome::unknown : outcome::refused, verified::none, note);
}

void job_step::leave_in_doubt(const error_note& note) {
  may_be_applied_ = true;
  settled_ = false;
  kept_.keep(note);
}

step_action job_step::after_maybe(const attempt_fact& fact, const error_note& note, bool trial,
                                  const surroundings& s) {
  leave_in_doubt(note);
  timed_out_ = timed_out_ || !job_.replay_safe || fact.fault == transport_fault::timeout ||
               fact.status == 408 || fact.status == 504;
  if (!job_.replay_safe && !can_read()) return finish(outcome::unknown, verified::none, kept_.view());
  charge(false, fact, trial);
  if (job_.replay_safe && charged_ >= options_.retry.max_attempts) return attempts_used_up();
  // Also where only a read follows: a server that broke off may still be at work.
  reading_for_ = purpose::maybe;
  resume_with_read_ = !job_.replay_safe;
  state_ = state::sleeping;
  return action::sleep{s.now + backoff(options_.retry, sends_, fact.status >= 500, s.jitter01)};
}

// What is no sign of an outage counts at once. What may be one counts when the sleep is over, unless an
// outage was confirmed by then.
void job_step::charge(bool of_read, const attempt_fact& fact, bool trial) {
  if (outage_meanwhile_) return;
  if (last_.outage && !trial) {
    (of_read ? read_charge_pending_ : charge_pending_) = true;
    return;
  }
  const bool counts = !last_.outage || (++failed_trials_ > options_.free_trials &&
                                        (options_.breaker_has_probe || fact.reached == phase::answered));
  if (counts) ++(of_read ? read_charged_ : charged_);
}

step_action job_step::after_sleep(const surroundings& s) {
  if (std::exchange(stranger_spoke_, false)) return after_proof(s);
  if (charge_pending_) ++charged_;
  if (read_charge_pending_) ++read_charged_;
  charge_pending_ = read_charge_pending_ = false;
  if (resume_with_read_) {
    if (read_charged_ >= options_.retry.max_attempts) return read_gave_up(kept_.view());
    // The place in the line was given up for the sleep.
    if (reading_for_ == purpose::plan) return join_line();
    return read(reading_for_);
  }
  if (charged_ >= options_.retry.max_attempts) return attempts_used_up();
  // A plan that is still fresh serves once more; a stale one is made again when the write is nearly due.
  if (is_stale(s.now, read_lead)) return join_line();
  return queue(lease_lead);
}

step_action job_step::attempts_used_up() {
  if (may_be_applied_ && can_read()) return read(purpose::maybe);
  return finish(exhausted(may_be_applied_), verified::none, kept_.view());
}

step_action job_step::finish(outcome result, verified how, const error_note& note,
                             std::optional<field_index> differing) {
  state_ = state::idle;
  const auto why = trouble_ == reply_trouble::unshown ? std::string_view{kept_.message} : note.message;
  return action::finish{result, how, note, differing, trouble_, why};
}

step_action job_step::give_up_quietly() {
  // What was accepted is never sent again, and no later read knows of that. What a reply showed is no
  // mismatch before a read has shown it too.
  if (reading_for_ == purpose::accepted || reading_for_ == purpose::contradiction)
    return finish(outcome::unknown, verified::none, kept_.view());
  // Cancelled while the commit was under way: the intent may be on the disk, and nothing has left.
  const bool intent = intent_committed_ || state_ == state::committing;
  state_ = state::idle;
  return action::leave_pending{intent && !may_be_applied_ && !stranger_may_have_written_};
}

error_note job_step::note_of(const attempt_fact& fact, const api::error_view& error) {
  error_note note;
  note.http_status = fact.status;
  if (fact.reached != phase::answered) {
    note.code = code_of(fact.fault);
    text_.assign(to_string(fact.fault));
    if (!fact.detail.empty()) {
      text_ += ": ";
      text_ += fact.detail;
    }
    note.message = text_;
    return note;
  }
  note.request_id = find_header(fact.headers, profile_.headers.request_id);
  if (fact.status >= 200 && fact.status <= 299 && error.code.empty()) return note;
  return note_of_error(fact, error);
}

error_note job_step::note_of_error(const attempt_fact& fact, const api::error_view& error) {
  error_note note;
  note.http_status = fact.status;
  note.request_id = find_header(fact.headers, profile_.headers.request_id);
  // The reader is shared, and its words last until its next call: before this job has its place in the
  // ledger, perhaps.
  note.code = code_ = error.code;
  if (note.request_id.empty()) note.request_id = request_id_ = error.request_id;
  if (error.message.empty())
    text_ = fmt::format("HTTP {}{}", fact.status,
                        api::is_page(fact) ? ", with a page that is not the API's"
                        : last_.foreign    ? ", with a reply that is not the API's"
                                           : "");
  else
    text_.assign(error.message);
  if (!error.details.empty()) {
    text_ += ' ';
    text_ += error.details;
  }
  note.message = text_;
  return note;
}

}  // namespace pawl::policy
