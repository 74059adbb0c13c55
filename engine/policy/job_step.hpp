// The life of one job as a state machine without I/O:
// read -> compare -> queue -> lease -> slot -> intent -> send -> judge -> retry, read back or finish.
// The worker does the one thing that an action names and feeds back what came of it.
//
// Who knows what: the step knows classification, attempts, backoff and proofs of its own job. Windows and
// gates live in the pacer, outages in the breaker, and what stops a whole run in stop_rules.
//
// Reading before the write (step_options::read_first):
//   Every write has a read of its own that is at most max_read_age old when it leaves. The job joins the line
//   of writes first and reads when it is nearly due; a job that turns out to need no write gives its place
//   back.
//
// Reading back, where the API shows its resources:
//   - after an attempt that may have been applied, for a job that must not be sent twice, and for every job
//     when its attempts are used up;
//   - after a 2xx that shows other values, after a 409, and after a refusal that follows such an attempt;
//   - at the start of a job that an earlier run left with an open intent.
//   The server may still carry out a request that timed out (arrival_of()). A read that shows the resource
//   untouched is believed then only after step_options::longest_lateness.
//
// A job whose write was accepted is never sent again: where the reply shows no readable resource, the job
// reads it once. With `reply = "read"` that is how every accepted write ends; where a run stops before
// that, nobody knows of the acceptance any more, so the row is unknown. What is certain after one look at a
// reply (another spelling of the id, another shape, a coding) is not asked for again.
//
// A conflict says that a guard of the write did not hold, so this attempt was not applied. It is charged, the
// plan it was made from is void, and the job goes back to its read after a backoff: preconditions and what
// has to be sent are found anew. Where an earlier attempt may have been applied, its own write may be what
// has moved the guard, so the read is held against the old plan first, and a job that must not be sent twice
// ends there unless the read proves that nothing was applied. The same holds of the attempt itself, where the
// conflict is not vouched for. With its attempts used up, the job ends as
// after a refusal. Under a guard such a job may be repeated as it stands without that look: the server
// applies one of the two at most.
//
// A row that was sent together with others is judged by what the reply says of it. Where that may have been
// applied, or the reply does not say, a read shows it before it is sent again; where the request was refused
// as a whole, it is sent again with fewer others, at no charge (event::shared_refused).
//
// What the job's branches have in common are values of their own: write_doubt (what may stand at the API),
// attempt_charges (what counts against the job), foreign_replies (what others answered), disk_intent (what
// the ledger has) and held_plan (what was read).
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/attempt_charges.hpp"
#include "engine/policy/disk_intent.hpp"
#include "engine/policy/error_note.hpp"
#include "engine/policy/foreign_replies.hpp"
#include "engine/policy/held_plan.hpp"
#include "engine/policy/intent_key.hpp"
#include "engine/policy/note_writer.hpp"
#include "engine/policy/reply_trouble.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/step_events.hpp"
#include "engine/policy/step_options.hpp"
#include "engine/policy/write_doubt.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pawl::policy {

class job_step {
 public:
  // All must outlive the step. The readers are shared by the steps of one thread; `resources` is null where
  // the API shows none: then nothing is read.
  job_step(const api::profile&, api::reply_reader&, api::resource_reader* resources, const step_options&);

  // `job` and `left` must stay valid until the next reset().
  void reset(const job_view& job, const std::optional<left_intent>& left = {});

  // An event that does not belong to the present state is a bug (assertion).
  step_action resume(const step_event&, const surroundings&);

  // How the last attempt or read was judged; meaningful after event::replied and event::read_replied.
  const judgement& last() const noexcept { return last_; }
  std::uint32_t attempts() const noexcept { return charges_.sent(); }  // writes of which a byte left
  // With action::read: whether a write is to follow.
  bool reads_for_a_write() const noexcept { return reading_for_ == purpose::plan; }
  // What a 2xx reply must show.
  std::span<const field_value> wanted() const noexcept {
    if (held_.is_there()) return held_.plan.wanted;
    return job_.patch;
  }

  // What of it the write named.
  std::span<const field_value> sent() const noexcept {
    if (held_.is_there()) return held_.plan.send;
    return job_.patch;
  }

 private:
  enum class state : std::uint8_t {
    idle,
    queued_to_read,  // in the line; reads when nearly due
    queued,          // in the line
    leasing,
    awaiting,
    committing,
    sending,
    reading,
    sleeping,
    awaiting_proof,  // asleep until the API has proved itself
    stopped,
  };
  // Why a read is under way.
  enum class purpose : std::uint8_t {
    plan,            // before a write
    interrupted,     // an earlier run left an intent
    maybe,           // an attempt may have been applied
    contradiction,   // 2xx with other values
    refusal,         // the API said no, which may be news since an earlier attempt was applied; or a conflict
    accepted,        // 2xx that shows no readable resource
    accepted_again,  // the same, after a read has shown other values
    result,          // 2xx, and what it did is for a read to show (`reply = "read"`)
    result_again,    // the same, after a read has shown other values
    foreign,         // the write was answered by somebody else
    foreign_verdict,  // the same, and the read decides what that reply was worth
  };
  // What follows a pause, or a new token.
  enum class afterwards : std::uint8_t { queue, read };

  // A connection is fetched this long before the place is due: three round trips of 100 ms for TCP and
  // TLS 1.3, and a margin. Chosen; longer waits hold none.
  static constexpr duration lease_lead = std::chrono::milliseconds{500};
  // A job reads when its write is about this far from due (documented).
  static constexpr duration read_lead = std::chrono::seconds{2};
  // What may still pass before a write leaves: from near due to the grant, and from the connection to the
  // grant.
  static constexpr duration wait_after_near_due = 3 * lease_lead;
  static constexpr duration wait_after_lease = 2 * lease_lead;
  static constexpr error_note unread_note{
      0, "interrupted", "the write was accepted, and the run was stopped before a read could show it", {}};
  static constexpr error_note interrupted_note{
      0, "interrupted", "the run was cut off after this request may have left", {}};

  // The way to the wire (job_step.cpp).
  step_action go_on(const step_event&, const surroundings&);
  step_action start();
  step_action join_line();
  step_action queue(duration lead);
  step_action queue_or_read_again(time_point now);
  step_action await_grant();
  step_action read(purpose);
  step_action granted(time_point now);
  step_action commit();
  step_action send();
  bool is_stale(time_point now, duration margin) const noexcept {
    return options_.read_first && !held_.serves(now, margin, options_.max_read_age);
  }

  // What a write was answered (job_step_replies.cpp).
  step_action after_reply(const event::replied&, const surroundings&);
  step_action after_shared_refusal(const attempt_fact&, const surroundings&);
  void maybe_worked_first(const attempt_fact&, const error_note&);
  step_action write_cancelled(const attempt_fact&, const error_note&);
  step_action after_success(const attempt_fact&, error_note);
  step_action after_accepted(const attempt_fact&, error_note);
  step_action after_unshown(const attempt_fact&, error_note, const api::echo_report&);
  step_action after_conflict(const attempt_fact&, const error_note&, bool trial, const surroundings&);
  step_action after_refusal(int status, const error_note&);
  step_action after_maybe(const event::replied&, const error_note&, const surroundings&);
  step_action after_retry(const attempt_fact&, const error_note&, bool trial, const surroundings&);
  step_action attempts_used_up();

  // "Not now", and replies that are not the API's own (job_step_waits.cpp).
  step_action after_foreign(request_kind, const attempt_fact&, const error_note&, const surroundings&);
  step_action after_proof(const surroundings&);
  step_action foreign_write_counts();
  step_action not_ready(const attempt_fact&, const surroundings&);
  step_action throttled(request_kind, const attempt_fact&, const surroundings&);
  action::sleep sleep_alone(std::uint32_t met, const attempt_fact&, const surroundings&);
  action::sleep sleep_until(time_point);
  action::sleep wait_out(time_point until);
  step_action after_sleep(const surroundings&);

  // What a read shows (job_step_reads.cpp).
  step_action after_read(const event::read_replied&, const surroundings&);
  step_action read_failed(const attempt_fact&, const error_note&, bool trial, const surroundings&);
  step_action read_gave_up(const error_note&);
  step_action read_unreadable(const attempt_fact&, api::readability, bool trial, const surroundings&);
  step_action plan_from(const attempt_fact&, bool trial, const surroundings&);
  step_action look_again(const attempt_fact&, bool trial, const surroundings&);
  step_action look_for_interrupted(const attempt_fact&, const api::second_look&, const surroundings&);
  step_action look_for_refused(const attempt_fact&, const api::second_look&, const surroundings&);
  step_action look_for_accepted(const api::second_look&, const surroundings&);
  step_action look_for_result(const api::second_look&, const surroundings&);
  step_action look_for_foreign(const api::second_look&, const surroundings&);
  step_action conclude_foreign(const attempt_fact&, const api::second_look&);
  api::second_look compare_with_plan(const attempt_fact& shown);
  api::second_look compare_with_left(const attempt_fact& shown);
  std::optional<verified> left_has_arrived(const attempt_fact& shown);
  step_action untouched(const surroundings&);

  step_action finish(outcome, verified, const error_note&, std::optional<field_index> = {});
  step_action finish_applied(verified how, const kept_note& answered) {
    return finish(outcome::applied, how, {answered.http_status, {}, {}, answered.request_id});
  }
  step_action stop(const error_note&);
  step_action give_up_quietly();

  bool can_read() const noexcept { return resources_ != nullptr; }
  bool sends_more_than_changes() const noexcept {
    return profile_.body_is == api::body_content::row || profile_.body_is == api::body_content::whole;
  }
  bool is_guarded() const noexcept { return guarded_ && options_.read_first; }
  connection_need usual_need() const noexcept {
    return job_.replay_safe ? connection_need::any : connection_need::fresh;
  }
  const foreign_replies::reply& foreign_to_write() const noexcept { return foreign_.to(request_kind::write); }

  const api::profile& profile_;
  api::reply_reader& reader_;
  api::resource_reader* resources_;
  const step_options& options_;
  const bool guarded_;  // the profile says how a write shows what was read before it
  job_view job_;
  std::optional<left_intent> left_;
  judgement last_;

  state state_ = state::idle;
  purpose reading_for_ = purpose::plan;
  afterwards then_ = afterwards::queue;
  connection_need need_ = connection_need::any;
  std::uint32_t stale_leases_ = 0;  // connections that came too late for the plan
  bool holds_connection_ = false;   // during a read

  attempt_charges charges_;
  write_doubt doubt_;
  disk_intent intent_;
  intent_key key_;
  foreign_replies foreign_;
  held_plan held_;
  std::vector<field_value> left_values_;  // what left_ says was sent

  note_writer notes_;
  kept_note kept_;                        // what the job's end will say of the attempt that failed last
  std::optional<field_index> differing_;  // of a contradiction
  reply_trouble trouble_ = reply_trouble::none;
};

}  // namespace pawl::policy
