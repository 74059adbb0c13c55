// What a job_step is told (events, with what else counts at that moment) and what it asks for (actions).
#pragma once

#include "engine/model/attempt.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/error_note.hpp"
#include "engine/policy/reply_trouble.hpp"

#include <cstdint>
#include <optional>
#include <span>
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
  bool trial = false;        // it was the breaker's one trial
  bool was_shared = false;   // the request was for other rows as well
};
struct shared_refused {  // the API refused a request for several rows as a whole: nothing was applied, and
                         // whose fault it was is not known
  const attempt_fact* fact;
};
struct read_replied {  // how the read ended, likewise
  const attempt_fact* fact;
  bool trial = false;
};
struct woke {};           // the sleep is over, and the breaker knows whether there was an outage
struct token_changed {};  // after stop_run: a new token was found, so the job goes on
struct held {  // instead of going on: the resource's own limits let its next request leave only then
  time_point until;
};
struct cancelled {};  // the run is stopping; only between actions, never while a request is on the wire
}  // namespace event
using step_event =
    std::variant<event::started, event::near_due, event::leased, event::delayed, event::granted,
                 event::intent_committed, event::replied, event::shared_refused, event::read_replied,
                 event::woke, event::token_changed, event::held, event::cancelled>;

// Inputs to resume() besides the event: clocks, jitter, confirmed outages, and what the run knows of the API.
struct surroundings {
  time_point now;
  wall_time wall;             // with replies only
  double jitter01 = 0;        // likewise, in [0, 1)
  std::uint64_t outages = 0;  // breaker::outages()
  // When the newest request was sent that the API itself answered well; min(): none yet.
  time_point proven_at = time_point::min();
  bool can_be_proven = false;  // there is a read that asks for nothing but life
  bool has_succeeded = false;  // a row of this generation is a success already
};

// Jobs that are not replay-safe want a connection that cannot have died unseen.
// `unused`: a new one, because the one at hand leads to the wrong server (421).
enum class connection_need : std::uint8_t { any, fresh, unused };

// The notes in these are views into the reply (as in event::replied) and into the step: valid until the
// action that has them has been carried out.
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
  // Replaces an intent already committed for this job, of which nothing was applied.
  bool replaces = false;
  bool has_key = false;  // the write carries an idempotency key, which the ledger keeps
  bool new_key = false;  // a new one; otherwise that of the intent before it
};
struct send {
  std::span<const field_value> values;
  std::string_view body = {};                // JSON text that is sent instead; empty: the values are
  std::span<const std::string> guards = {};  // write_plan::guards
};
struct sleep {  // the place in the line and the slot are given up
  time_point until;
  // Unset: `until` alone counts. Set: not before the API has answered well to a request that was sent after
  // this, or before `anyway`.
  std::optional<time_point> proof_after = std::nullopt;
  time_point anyway = time_point::max();
};
struct stop_run {  // this job stays pending, and a person must act
  error_note note;
  std::string_view remedy;
  // The API did not accept the key (401). If another one is found within a moment, the job goes on with it
  // (token_changed) and nothing stops.
  bool may_have_new_key = false;
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

// An intent that an earlier run left without an outcome. Views: valid until the next reset().
struct left_intent {
  bool was_read;
  std::string_view old_values, new_values, updated_at;
  // The latest time at which the request can have left: when this run began, less what boot id and boot clock
  // prove to have passed before. The time of day proves nothing, because somebody may have set it.
  time_point sent_by;
  std::string_view key = {};  // idempotency key of the write; empty: it carried none
};

}  // namespace pawl::policy
