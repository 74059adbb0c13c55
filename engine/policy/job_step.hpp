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
//   A request that timed out may still be carried out later, and so may one that a gateway gave up or that
//   was cut off. What a read shows untouched then is believed only after another time-out's length: always
//   for a job that must not be sent twice, else where the request timed out (here or, 408 and 504, on the
//   way).
//
// A reply that is not the API's own (judgement::foreign) speaks for nobody by itself. The job waits until the
// API has proved itself, is sent again, and the third such reply in a row counts: by then the API was there
// three times and somebody before it answered for this row all the same.
//
// A 2xx is never sent again: where it shows no readable resource, the resource is read once. What is certain
// after one look at a reply (another spelling of the id, another shape, a coding) is not asked for again.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/reply_trouble.hpp"
#include "engine/policy/retry_policy.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pawl::policy {

namespace event {
struct started {};   // after reset()
struct near_due {};  // the place in the line is about to come up
struct leased {};    // a connection is held
struct delayed {};   // the place in the line moved back while a connection was held: it was given back
struct granted {};   // a slot is held: the request may leave now
struct intent_committed {};  // the intent is on the disk
struct replied {             // how the attempt ended, also when no connection could be had (phase not_sent)
  const attempt_fact* fact;  // valid until the next action has been carried out
  bool trial = false;        // it was the breaker's one trial
};
struct read_replied {  // how the read ended, likewise
  const attempt_fact* fact;
  bool trial = false;
};
struct woke {};           // the sleep is over, and the breaker has made up its mind
struct token_changed {};  // after stop_run: a new token was found, so the job goes on
struct cancelled {};      // the run is stopping; only between actions, never while a request is on the wire
}  // namespace event
using step_event = std::variant<event::started, event::near_due, event::leased, event::delayed,
                                event::granted, event::intent_committed, event::replied, event::read_replied,
                                event::woke, event::token_changed, event::cancelled>;

// What is so at the moment of an event.
struct surroundings {
  time_point now;
  wall_time wall;
  double jitter01 = 0;        // in [0, 1)
  std::uint64_t outages = 0;  // breaker::outages()
  // When the newest request was sent that the API itself answered well; min(): none yet.
  time_point proven_at = time_point::min();
  bool can_be_proven = false;  // there is a read that asks for nothing but life
  bool has_succeeded = false;  // a row of this generation is a success already
};

// Jobs that are not replay-safe want a connection that cannot have died unseen.
// `unused`: a new one, because the one at hand leads to the wrong server (421).
enum class connection_need : std::uint8_t { any, fresh, unused };

// What goes into the ledger with an outcome. Views into the reply (as in event::replied) and into the step:
// valid until the action that has it has been carried out.
struct error_note {
  int http_status = 0;
  std::string_view code, message, request_id;
};

namespace action {
struct queue_for_write {  // join the line, or keep the place; give back a slot and a connection that are held
  duration lead;          // near_due is wanted this long before the place comes up
};
struct read {  // GET the resource; the place in the line is kept
  // A connection that is held stays held, and the read goes on another: opening one takes so long that the
  // read would be too old before its write could leave. Otherwise it is given back.
  bool keeps_connection = false;
};
struct lease {
  connection_need need;
};
struct await_grant {};
struct commit_intent {  // what stands there now, and what is about to be sent
  bool was_read;
  std::string_view old_values, new_values, updated_at;
  bool replaces = false;  // one of this job is on the disk, and nothing of it was applied: it goes first
};
struct send {
  std::span<const field_value> values;
  std::string_view body = {};  // JSON text that is sent instead; empty: the values are
};
struct sleep {  // the place in the line and the slot are given up
  time_point until;
  // Unset: `until` alone counts. Set: not before the API has answered well to a request that was sent after
  // this, or before `anyway`.
  std::optional<time_point> proof_after = std::nullopt;
  time_point anyway = time_point::max();
};
struct stop_run {  // this job stays pending; a person must act (or, after a 401, a rotated token is tried
                   // once)
  error_note note;
  std::string_view remedy;
};
struct finish {
  outcome result;
  verified how;
  error_note note;
  std::optional<field_index> differing;  // with mismatch: the field that shows another value
  reply_trouble trouble = reply_trouble::none;
  std::string_view troubled_by;  // in words, with what to mend in the profile
};
struct leave_pending {
  bool withdraw_intent;  // an intent was committed and nothing of it left this process
};
}  // namespace action
using step_action = std::variant<action::queue_for_write, action::read, action::lease, action::await_grant,
                                 action::commit_intent, action::send, action::sleep, action::stop_run,
                                 action::finish, action::leave_pending>;

struct step_options {
  retry_options retry;
  bool read_first = false;  // needs a resource_reader
  // A read that is older when its write leaves is done again (documented).
  duration max_read_age = std::chrono::seconds{5};
  // When a request that timed out is taken to be over at the server too.
  duration settle_time = std::chrono::seconds{60};
  // Failures of trials count against a job that failed this many by itself, so that it cannot hold a run.
  // Where the API has no probe, only those that were answered: silence is an outage.
  std::uint32_t free_trials = 2;
  bool breaker_has_probe = true;
};

// An intent that an earlier run left without an outcome. Views: valid until the next reset().
struct left_intent {
  bool was_read;
  std::string_view old_values, new_values, updated_at;
  // The latest time at which the request can have left: when this run began, less what boot id and boot clock
  // prove to have passed before. The time of day proves nothing, because somebody may have set it.
  time_point sent_by;
};

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
  std::uint32_t attempts() const noexcept { return sends_; }  // writes of which at least one byte left
  // What a 2xx reply must show.
  std::span<const field_value> wanted() const noexcept;

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
    stopped,
  };
  // Why a read is under way.
  enum class purpose : std::uint8_t {
    plan,           // before a write
    interrupted,    // an earlier run left an intent
    maybe,          // an attempt may have been applied
    contradiction,  // 2xx with other values
    refusal,        // the API said no, which may be news since an earlier attempt was applied; or a conflict
    accepted,       // 2xx that shows no readable resource
    foreign,        // the write was answered by somebody else
  };

  // What was said about the attempt or read that failed last: kept, because its views are gone when the job's
  // end is decided.
  struct kept_note {
    int http_status = 0;
    std::string code, message, request_id;
    void keep(const error_note&);
    error_note view() const noexcept { return {http_status, code, message, request_id}; }
  };

  // A connection is fetched this long before the place is due: three round trips of 100 ms for TCP and
  // TLS 1.3, and a margin. Chosen; longer waits hold none.
  static constexpr duration lease_lead = std::chrono::milliseconds{500};
  // A job reads when its write is about this far from due (documented).
  static constexpr duration read_lead = std::chrono::seconds{2};
  // What may still pass before a write leaves: from near due to the grant, and from the connection to the
  // grant.
  static constexpr duration wait_after_near_due = 3 * lease_lead;
  static constexpr duration wait_after_lease = 2 * lease_lead;
  // Chosen: with a limit that is shared fairly, hardly a row meets the gate a third time in a row.
  static constexpr std::uint32_t throttled_at_once = 2;
  static constexpr std::string_view interrupted_text = "the run was cut off after this request may have left";

  step_action go_on(const step_event&, const surroundings&);
  step_action start();
  step_action join_line();
  step_action queue(duration lead);
  step_action await_grant();
  step_action read(purpose);
  bool is_stale(time_point now, duration margin) const noexcept;
  step_action granted(time_point now);
  step_action send();
  step_action after_reply(const event::replied&, const surroundings&);
  step_action after_success(const attempt_fact&, error_note);
  step_action after_refusal(int status, const error_note&);
  step_action after_unshown(const attempt_fact&, error_note, const api::echo_report&);
  step_action after_foreign(bool of_read, const attempt_fact&, const error_note&, const surroundings&);
  step_action after_proof(const surroundings&);
  step_action stranger_counts(const surroundings&);
  step_action look_for_foreign(const attempt_fact&, const api::second_look&, const surroundings&);
  step_action not_ready(const attempt_fact&, const surroundings&);
  step_action throttled(const attempt_fact&, const surroundings&);
  action::sleep wait_alone(std::uint32_t met, const attempt_fact&, const surroundings&);
  reply_signs signs_of(const attempt_fact&, const api::error_view&, bool of_write, const surroundings&) const;
  void leave_in_doubt(const error_note&);
  step_action after_maybe(const attempt_fact&, const error_note&, bool trial, const surroundings&);
  step_action after_read(const event::read_replied&, const surroundings&);
  step_action read_failed(const attempt_fact&, const error_note&, bool trial, const surroundings&);
  step_action read_gave_up(const error_note&);
  step_action read_unreadable(const attempt_fact&, api::reading, bool trial, const surroundings&);
  step_action plan_from(const attempt_fact&, bool trial, const surroundings&);
  step_action look_again(const attempt_fact&, bool trial, const surroundings&);
  api::second_look look_for_left(const attempt_fact&);
  bool left_has_arrived(const attempt_fact&, api::second_look&);
  step_action untouched(const surroundings&);
  step_action settle(time_point until);
  void charge(bool of_read, const attempt_fact&, bool trial);
  step_action after_sleep(const surroundings&);
  step_action attempts_used_up();
  step_action finish(outcome, verified, const error_note&, std::optional<field_index> = {});
  step_action give_up_quietly();
  void see_outages(const surroundings&);
  error_note note_of(const attempt_fact&, const api::error_view&);
  error_note note_of_error(const attempt_fact&, const api::error_view&);
  bool is_error_in_success(const api::error_view&) const noexcept;
  bool can_read() const noexcept { return resources_ != nullptr; }
  bool sends_more_than_changes() const noexcept {
    return profile_.body_is == api::body_content::row || profile_.body_is == api::body_content::whole;
  }
  bool is_in_doubt() const noexcept { return may_be_applied_ || stranger_may_have_written_; }

  const api::profile& profile_;
  api::reply_reader& reader_;
  api::resource_reader* resources_;
  const step_options& options_;
  job_view job_;
  std::optional<left_intent> left_;
  judgement last_;
  state state_ = state::idle;
  purpose reading_for_ = purpose::plan;
  bool resume_with_read_ = false;  // after a sleep: read on, instead of queueing

  api::write_plan plan_;
  bool planned_ = false;     // plan_ is of this job, read at read_at_
  bool has_let_go_ = false;  // of what plan_ keeps of the whole resource
  time_point read_at_{};

  std::vector<field_value> left_values_;  // what left_ says was sent
  bool left_on_its_way_ = false;          // nor had it arrived when it was looked for

  std::uint32_t sends_ = 0;            // writes that left
  std::uint32_t sends_at_intent_ = 0;  // of these, before the intent that is on the disk
  std::uint32_t charged_ = 0;          // of these, the ones that count against max_attempts
  std::uint32_t not_sent_ = 0;         // failures to connect in a row: only for their backoff
  std::uint32_t read_charged_ = 0;     // failed reads in a row, that count
  std::uint32_t reads_not_sent_ = 0;
  std::uint32_t failed_trials_ = 0;
  bool charge_pending_ = false;       // the last failed write counts unless an outage turns out to explain it
  bool read_charge_pending_ = false;  // likewise the last failed read
  bool outage_meanwhile_ = false;     // one was confirmed while the last request was under way
  bool may_be_applied_ = false;       // some attempt of this job may have been applied
  bool earlier_doubt_ = false;    // an attempt before the last plan was, of which no read will tell any more
  bool replaces_intent_ = false;  // the intent on the disk is of a plan that was never applied
  bool timed_out_ = false;        // and the last of these may still be carried out
  bool settled_ = false;          // the wait for that is over
  bool intent_committed_ = false;
  std::uint64_t outages_seen_ = 0;
  kept_note kept_;
  std::optional<field_index> differing_;  // of a contradiction
  reply_trouble trouble_ = reply_trouble::none;

  kept_note stranger_;            // what the last foreign reply to a write said
  api::verdict stranger_says_{};  // ok or refused
  kept_note stranger_of_read_;    // the same of a read, which says nothing about the write
  api::verdict stranger_of_read_says_{};
  bool stranger_spoke_ = false;             // asleep until the API has proved itself
  bool stranger_on_read_ = false;           // the reply was to a read
  bool stranger_may_have_written_ = false;  // a write of this job was answered by somebody else, and no read
                                            // has shown it untouched since
  bool concluding_ = false;                 // the read under way decides what the foreign reply was worth
  time_point stranger_at_{};
  std::uint32_t strangers_ = 0;                        // alike, in a row, each with a proof behind it
  std::uint32_t strangers_met_ = 0;                    // in a row: for their backoff
  bool contradicted_ = false;                          // a look at an accepted write has shown other values
  std::uint32_t odd_reads_ = 0;                        // reads in a row that showed no resource of this id
  std::uint32_t not_ready_ = 0;                        // 423, 425, 421 in a row
  std::uint32_t throttled_ = 0, reads_throttled_ = 0;  // writes and reads, each in a row
  bool wants_unused_ = false;                          // after 421
  std::uint32_t stale_leases_ = 0;                     // connections that came too late for the plan
  bool holds_connection_ = false;                      // during a read
  std::string text_;                                   // composed messages, reused
  std::string code_, request_id_;                      // of the last error, in the API's words
};

}  // namespace pawl::policy
