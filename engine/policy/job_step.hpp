// The life of one job as a state machine without I/O:
// queue -> near due -> lease -> slot -> intent -> send -> judge -> retry or finish.
// The worker does the one thing that an action names and feeds back what came of it. Reading before the write
// and reading back after it join this machine as further states; a job that needs them is refused before a
// run starts.
//
// Who knows what: the step knows classification, attempts and backoff of its own job. Windows and gates live
// in the pacer, and what stops a whole run lives in stop_rules.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/retry_policy.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

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
};
struct woke {};           // the sleep is over
struct token_changed {};  // after stop_run: a new token was found, so the job goes on
struct cancelled {};      // the run is stopping; only between actions, never while the request is on the wire
}  // namespace event
using step_event = std::variant<event::started, event::near_due, event::leased, event::delayed,
                                event::granted, event::intent_committed, event::replied, event::woke,
                                event::token_changed, event::cancelled>;

// Jobs that are not replay-safe want a connection that cannot have died unseen.
enum class connection_need : std::uint8_t { any, fresh };

// What goes into the ledger with an outcome. Views as in event::replied.
struct error_note {
  int http_status = 0;
  std::string_view code, message, request_id;
};

namespace action {
struct queue_for_write {};
struct lease {
  connection_need need;
};
struct await_grant {};
struct commit_intent {};
struct send {
  std::span<const field_value> values;
};
struct sleep {
  time_point until;
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
};
struct leave_pending {
  bool withdraw_intent;  // an intent was committed and nothing of it left this process
};
}  // namespace action
using step_action =
    std::variant<action::queue_for_write, action::lease, action::await_grant, action::commit_intent,
                 action::send, action::sleep, action::stop_run, action::finish, action::leave_pending>;

class job_step {
 public:
  // All must outlive the step. The reader is shared by the steps of one thread.
  job_step(const api::profile&, api::reply_reader&, const retry_options&);

  // `job` must stay valid until the next reset().
  void reset(const job_view& job);

  // `jitter01` in [0, 1). An event that does not belong to the present state is a bug (assertion).
  step_action resume(const step_event&, time_point now, double jitter01);

  // How the last attempt was judged; meaningful after event::replied.
  const judgement& last() const noexcept { return last_; }
  std::uint32_t attempts() const noexcept { return sends_; }  // requests of which at least one byte left

 private:
  enum class state : std::uint8_t { idle, queued, leasing, awaiting, committing, sending, sleeping, stopped };

  bool refusal_covers_earlier_attempts(int status) const noexcept;
  step_action queue();
  step_action after_reply(const attempt_fact&, time_point now, double jitter01);
  step_action after_success(const attempt_fact&, time_point now, double jitter01);
  step_action maybe_applied(const attempt_fact&, const error_note&, time_point now, double jitter01);
  step_action try_again(std::uint32_t failures, bool after_5xx, time_point now, double jitter01);
  step_action finish(outcome, verified, const error_note&, std::optional<field_index> = {});
  step_action give_up_quietly();
  error_note note_of(const attempt_fact&);

  const api::profile& profile_;
  api::reply_reader& reader_;
  const retry_options& options_;
  job_view job_;
  judgement last_;
  state state_ = state::idle;
  std::uint32_t sends_ = 0;      // requests that left
  std::uint32_t charged_ = 0;    // of these, the ones that count against max_attempts
  std::uint32_t not_sent_ = 0;   // failures to connect in a row: only for their backoff
  bool may_be_applied_ = false;  // some attempt of this job may have been applied
  bool intent_committed_ = false;
  std::string text_;  // composed messages, reused
};

}  // namespace pawl::policy
