#include "engine/policy/job_step.hpp"

#include "engine/api/value_object.hpp"

#include <cassert>
#include <utility>

namespace pawl::policy {

job_step::job_step(const api::profile& profile, api::reply_reader& reader, api::resource_reader* resources,
                   const step_options& options)
    : profile_(profile),
      reader_(reader),
      resources_(resources),
      options_(options),
      guarded_(api::is_guarded(profile)),
      charges_(options),
      key_(api::has_hole(profile.write, api::hole::key)),
      notes_(profile) {
  assert(can_read() || !options.read_first);
}

void job_step::reset(const job_view& job, const std::optional<left_intent>& left) {
  const std::uint32_t sent = left.has_value() ? 1 : 0;
  job_ = job;
  left_ = left;
  last_ = {};
  state_ = state::idle;
  reading_for_ = purpose::plan;
  then_ = afterwards::queue;
  need_ = usual_need();
  stale_leases_ = 0;
  holds_connection_ = false;
  charges_.begin(sent);
  doubt_.begin(left.has_value());
  intent_.begin(sent);
  key_.begin();
  // What guarded the left write is not known any more.
  if (left && !left->key.empty() && !is_guarded()) key_.left_with(left->old_values, left->new_values);
  foreign_.begin();
  held_.drop();
  trouble_ = reply_trouble::none;
}

step_action job_step::resume(const step_event& happened, const surroundings& s) {
  auto next = go_on(happened, s);
  // What was sent together with others, and may have been applied, is looked at before it is sent again: one
  // read shows it of all of them.
  if (const auto* reply = std::get_if<event::replied>(&happened); reply != nullptr && reply->was_shared)
    if (doubt_.any()) held_.outdate();
  if (std::holds_alternative<action::sleep>(next)) held_.keep_through_wait(sends_more_than_changes());
  // With any other action the worker uses it or gives it back.
  if (!std::holds_alternative<action::read>(next)) holds_connection_ = false;
  return next;
}

step_action job_step::go_on(const step_event& happened, const surroundings& s) {
  charges_.see_outages(s.outages);
  if (std::holds_alternative<event::cancelled>(happened)) {
    assert(state_ != state::sending);
    return give_up_quietly();
  }
  if (const auto* reply = std::get_if<event::replied>(&happened)) {
    assert(state_ == state::sending || state_ == state::leasing);
    return after_reply(*reply, s);
  }
  if (const auto* refused = std::get_if<event::shared_refused>(&happened)) {
    assert(state_ == state::sending);
    return after_shared_refusal(*refused->fact, s);
  }
  if (const auto* reply = std::get_if<event::read_replied>(&happened)) {
    assert(state_ == state::reading);
    return after_read(*reply, s);
  }
  if (const auto* held = std::get_if<event::held>(&happened)) {
    assert(state_ == state::queued_to_read || state_ == state::queued || state_ == state::reading);
    then_ = state_ == state::reading ? afterwards::read : afterwards::queue;
    return sleep_until(held->until);
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
      return action::lease{std::exchange(need_, usual_need())};
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
      intent_.committed();
      return send();
    case state::sleeping:
      assert(std::holds_alternative<event::woke>(happened));
      return after_sleep(s);
    case state::awaiting_proof:
      assert(std::holds_alternative<event::woke>(happened));
      return after_proof(s);
    case state::stopped:
      assert(std::holds_alternative<event::token_changed>(happened));
      if (then_ == afterwards::read) return read(reading_for_);
      return queue(lease_lead);
    case state::sending:
    case state::reading:
      break;
  }
  assert(false && "an event that does not belong to the state");
  return give_up_quietly();
}

step_action job_step::start() {
  if (!left_) return join_line();
  if (can_read()) return read(purpose::interrupted);
  if (job_.replay_safe) return join_line();
  return finish(outcome::unknown, verified::none, interrupted_note);
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

// A plan that is still fresh serves once more; a stale one is made again when the write is nearly due.
step_action job_step::queue_or_read_again(time_point now) {
  return is_stale(now, read_lead) ? join_line() : queue(lease_lead);
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

step_action job_step::granted(time_point now) {
  // Held up between the read and the slot: the slot goes back, and the job reads again.
  if (is_stale(now, duration::zero())) return queue(lease_lead);
  const bool needs_intent =
      !job_.replay_safe || held_.is_there() || sends_more_than_changes() || key_.is_used();
  const bool is_covered = intent_.covers_next(charges_.sent(), job_.replay_safe) && !key_.is_spent();
  return needs_intent && !is_covered ? commit() : send();
}

step_action job_step::commit() {
  const bool replaces = intent_.commit(charges_.sent(), doubt_.may_be_applied());
  state_ = state::committing;
  action::commit_intent what{held_.is_there(), {}, {}, {}, replaces, key_.is_used()};
  if (held_.is_there()) {
    const auto& plan = held_.plan;
    what.old_values = plan.old_to_keep();
    what.new_values = plan.new_values;
    what.updated_at = plan.updated_at;
  } else {
    auto& values = notes_.compose();
    api::append_values(values, job_.patch);
    what.new_values = values;
  }
  what.new_key = key_.renews(what.old_values, what.new_values, held_.plan.guards);
  return what;
}

step_action job_step::send() {
  state_ = state::sending;
  if (held_.is_there()) return action::send{held_.plan.send, held_.plan.body, held_.plan.guards};
  return action::send{job_.patch};
}

step_action job_step::finish(outcome result, verified how, const error_note& note,
                             std::optional<field_index> differing) {
  state_ = state::idle;
  const auto why = trouble_ == reply_trouble::unshown ? std::string_view{kept_.message} : note.message;
  return action::finish{result, how, note, differing, trouble_, why};
}

step_action job_step::stop(const error_note& note) {
  state_ = state::stopped;
  return action::stop_run{note, last_.remedy, note.http_status == 401};
}

step_action job_step::give_up_quietly() {
  // What was accepted is never sent again, and no later read knows of that. What a reply showed is no
  // mismatch before a read has shown it too.
  if (reading_for_ == purpose::accepted || reading_for_ == purpose::accepted_again ||
      reading_for_ == purpose::contradiction)
    return finish(outcome::unknown, verified::none, kept_.view());
  // Likewise where a read was to tell what an accepted write did: the intent does not say that it was.
  if (reading_for_ == purpose::result || reading_for_ == purpose::result_again)
    return finish(outcome::unknown, verified::none, unread_note);
  // Cancelled while the commit was under way: the intent may be on the disk, and nothing has left.
  const bool has_intent = intent_.is_on_disk() || state_ == state::committing;
  state_ = state::idle;
  return action::leave_pending{has_intent && !doubt_.any()};
}

}  // namespace pawl::policy
