#include "engine/policy/job_step.hpp"

#include <fmt/format.h>

#include <cassert>

namespace pawl::policy {

job_step::job_step(const api::profile& profile, api::reply_reader& reader, const retry_options& options)
    : profile_(profile), reader_(reader), options_(options) {}

void job_step::reset(const job_view& job) {
  job_ = job;
  last_ = {};
  state_ = state::idle;
  sends_ = charged_ = not_sent_ = 0;
  may_be_applied_ = intent_committed_ = false;
}

step_action job_step::resume(const step_event& happened, time_point now, double jitter01) {
  if (std::holds_alternative<event::cancelled>(happened)) {
    assert(state_ != state::sending);
    return give_up_quietly();
  }
  if (const auto* reply = std::get_if<event::replied>(&happened)) {
    assert(state_ == state::sending || state_ == state::leasing);
    return after_reply(*reply->fact, now, jitter01);
  }
  switch (state_) {
    case state::idle:
      assert(std::holds_alternative<event::started>(happened));
      return queue();
    case state::queued:
      assert(std::holds_alternative<event::near_due>(happened));
      state_ = state::leasing;
      return action::lease{job_.replay_safe ? connection_need::any : connection_need::fresh};
    case state::leasing:
      assert(std::holds_alternative<event::leased>(happened));
      state_ = state::awaiting;
      return action::await_grant{};
    case state::awaiting:
      if (std::holds_alternative<event::delayed>(happened)) return queue();
      assert(std::holds_alternative<event::granted>(happened));
      if (!job_.replay_safe) {
        state_ = state::committing;
        return action::commit_intent{};
      }
      state_ = state::sending;
      return action::send{job_.patch};
    case state::committing:
      assert(std::holds_alternative<event::intent_committed>(happened));
      intent_committed_ = true;
      state_ = state::sending;
      return action::send{job_.patch};
    case state::sleeping:
      assert(std::holds_alternative<event::woke>(happened));
      return queue();
    case state::stopped:
      assert(std::holds_alternative<event::token_changed>(happened));
      return queue();
    case state::sending:
      break;
  }
  assert(false && "an event that does not belong to the state");
  return give_up_quietly();
}

// A refusal speaks of the last attempt only. One of the body (400, 422) holds for every attempt, because they
// all carried the same; a missing or forbidden resource or a conflict may be news since an earlier attempt
// was applied.
bool job_step::refusal_covers_earlier_attempts(int status) const noexcept {
  return !may_be_applied_ || status == 400 || status == 422;
}

step_action job_step::queue() {
  state_ = state::queued;
  return action::queue_for_write{};
}

step_action job_step::after_reply(const attempt_fact& fact, time_point now, double jitter01) {
  const auto error = fact.reached == phase::answered && (fact.status < 200 || fact.status > 299)
                         ? reader_.read_error(fact.body)
                         : api::error_view{};
  last_ = judge(profile_, fact, error.code, job_.replay_safe);
  if (fact.reached != phase::not_sent) {
    ++sends_;
    not_sent_ = 0;
    if (last_.charges_attempt) ++charged_;
  }

  error_note note = note_of(fact);
  if (!error.code.empty()) note.code = error.code;
  if (!error.message.empty()) note.message = error.message;
  if (!error.request_id.empty() && note.request_id.empty()) note.request_id = error.request_id;
  if (!error.details.empty()) {
    text_.assign(note.message);
    text_ += ' ';
    text_ += error.details;
    note.message = text_;
  }

  // A stopped run waits for nothing: what may have been applied is sent again by the next run if that is
  // safe.
  if (fact.fault == transport_fault::cancelled) {
    if (fact.reached == phase::maybe_applied && !job_.replay_safe)
      return finish(outcome::unknown, verified::none, note);
    if (fact.reached != phase::not_sent) may_be_applied_ = true;
    return give_up_quietly();
  }

  switch (last_.is) {
    case api::verdict::ok:
      return after_success(fact, now, jitter01);
    case api::verdict::throttled:
      return queue();  // the pacer's gate does the waiting
    case api::verdict::refused:
      return finish(refusal_covers_earlier_attempts(fact.status) ? outcome::refused : outcome::unknown,
                    verified::none, note);
    case api::verdict::stop:
      state_ = state::stopped;
      return action::stop_run{note, last_.remedy};
    case api::verdict::maybe:
      return maybe_applied(fact, note, now, jitter01);
    case api::verdict::retry:
      if (fact.reached == phase::not_sent) return try_again(++not_sent_, false, now, jitter01);
      if (charged_ >= options_.max_attempts) return finish(exhausted(may_be_applied_), verified::none, note);
      return try_again(charged_, fact.status >= 500, now, jitter01);
  }
  return give_up_quietly();
}

step_action job_step::after_success(const attempt_fact& fact, time_point now, double jitter01) {
  auto note = note_of(fact);
  const auto echo = reader_.compare(fact.body, job_.id, job_.patch);
  switch (echo.is) {
    case api::echo_report::state::as_wanted:
      note.code = note.message = {};
      return finish(outcome::applied, echo.how, note);
    case api::echo_report::state::differs:
      text_.clear();
      fmt::format_to(std::back_inserter(text_), "the reply shows {} = {}", profile_[echo.field].name,
                     echo.shown);
      note.code = "mismatch";
      note.message = text_;
      return finish(outcome::mismatch, verified::none, note, echo.field);
    case api::echo_report::state::other_id:
      note.code = "other_id";
      note.message = "the reply is about another resource";
      break;
    case api::echo_report::state::unreadable:
      note.code = "unreadable_reply";
      note.message = "the reply could not be read";
      break;
  }
  last_.is = api::verdict::maybe;
  return maybe_applied(fact, note, now, jitter01);
}

step_action job_step::maybe_applied(const attempt_fact& fact, const error_note& note, time_point now,
                                    double jitter01) {
  may_be_applied_ = true;
  if (!job_.replay_safe || charged_ >= options_.max_attempts)
    return finish(outcome::unknown, verified::none, note);
  return try_again(charged_, fact.status >= 500, now, jitter01);
}

step_action job_step::try_again(std::uint32_t failures, bool after_5xx, time_point now, double jitter01) {
  state_ = state::sleeping;
  return action::sleep{now + backoff(options_, failures, after_5xx, jitter01)};
}

step_action job_step::finish(outcome result, verified how, const error_note& note,
                             std::optional<field_index> differing) {
  state_ = state::idle;
  return action::finish{result, how, note, differing};
}

step_action job_step::give_up_quietly() {
  // Cancelled while the commit was under way: the intent may be on the disk, and nothing has left.
  const bool intent = intent_committed_ || state_ == state::committing;
  state_ = state::idle;
  return action::leave_pending{intent && !may_be_applied_};
}

error_note job_step::note_of(const attempt_fact& fact) {
  error_note note;
  note.http_status = fact.status;
  if (fact.reached == phase::answered) {
    note.request_id = find_header(fact.headers, profile_.headers.request_id);
    if (fact.status < 200 || fact.status > 299) {
      text_.clear();
      fmt::format_to(std::back_inserter(text_), "HTTP {}", fact.status);
      note.message = text_;
    }
    return note;
  }
  note.code = code_of(fact.fault);
  text_.assign(to_string(fact.fault));
  if (!fact.detail.empty()) {
    text_ += ": ";
    text_ += fact.detail;
  }
  note.message = text_;
  return note;
}

}  // namespace pawl::policy
