// What may stand at the API of one job's writes without anybody having said so. Events of the job go in, and
// job_step asks what is in doubt before it sends again, waits, or says an outcome. Pure.
//
// Three things keep a doubt alive, each by itself:
//   - an attempt may have been applied: its reply never came, or did not show what was written. A read that
//     shows the resource as it was before takes this away, as long as it can be compared with the plan that
//     the attempt was made from. A new plan ends that: of an attempt from before, no read tells any more.
//   - an attempt may still be carried out after a read has shown nothing of it: it timed out. Waiting takes
//     this away.
//   - somebody who is not the API answered a write, and may have passed it on.
#pragma once

#include "engine/api/resource_reader.hpp"
#include "engine/model/attempt.hpp"

#include <cstdint>

namespace pawl::policy {

// Whether the server may carry out a request after its client has given it up.
enum class arrival : std::uint8_t { over, possible };
// A time-out, here or (408, 504) on the way, says nothing about the server. What was merely cut off counts as
// over, except for a job that must not be sent twice.
arrival arrival_of(const attempt_fact&, bool replay_safe) noexcept;

class write_doubt {
 public:
  // A new job. `left`: an earlier run was cut off with an intent of this job, so its attempt is in doubt.
  void begin(bool left) noexcept {
    *this = {};
    may_be_applied_ = left;
  }

  // An attempt ended, and whether it was applied is not known.
  void lost(arrival) noexcept;
  // The API accepted the write, and its reply did not show the wanted values.
  void accepted() noexcept { may_be_applied_ = true; }
  // Somebody who is not the API answered the write.
  void answered_by_another() noexcept { another_answered_ = true; }
  // The time in which the last attempt may still be carried out has passed.
  void waited_out() noexcept { arrival_ = waiting::done; }

  // A guard did not hold: the resource has moved on from what the last plan was made from, so an attempt made
  // from it has arrived, or will be turned away.
  void guard_failed() noexcept { arrival_ = waiting::not_needed; }

  // A read, compared with the last plan, shows the resource as it was before the last attempt. Of an attempt
  // that is_late() this means nothing before waited_out().
  void untouched() noexcept { may_be_applied_ = earlier_; }
  // A read, compared with what was sent and answered by somebody else, says that nothing of it arrived.
  void another_wrote_nothing() noexcept { another_answered_ = false; }
  // A new plan replaces the one that the last attempt was made from; `look` compares the resource with the
  // old plan, and does not prove that it was applied.
  void replanned(const api::second_look& look) noexcept;
  // A read shows nothing of the attempt that an earlier run left (after waited_out(), where that is needed).
  void left_unseen() noexcept;
  // No read tells whether the attempt that an earlier run left was applied.
  void left_untold() noexcept { earlier_ = may_be_applied_; }

  // An attempt may have been applied, as far as the API's own replies and the reads go.
  bool may_be_applied() const noexcept { return may_be_applied_; }
  // An attempt from before the current plan may have been applied, and no later read can tell.
  bool is_beyond_proof() const noexcept { return earlier_; }
  // Somebody who is not the API may have passed a write on, and no read has shown otherwise since.
  bool another_may_have_written() const noexcept { return another_answered_; }
  bool any() const noexcept { return may_be_applied_ || another_answered_; }
  // The last doubtful attempt timed out, and nobody has waited: the server may still carry it out.
  bool is_late() const noexcept { return arrival_ == waiting::due; }
  // Whether somebody has waited since the last attempt got lost.
  bool has_waited() const noexcept { return arrival_ == waiting::done; }
  // What an earlier run sent had not arrived when it was looked for; it may have since.
  bool left_may_arrive() const noexcept { return left_may_arrive_; }

 private:
  enum class waiting : std::uint8_t { not_needed, due, done };

  bool may_be_applied_ = false;
  bool earlier_ = false;
  bool another_answered_ = false;
  bool left_may_arrive_ = false;
  waiting arrival_ = waiting::not_needed;
};

}  // namespace pawl::policy
