// What the ledger has of one job's intent: whether a write may leave under it, and what becomes of it when
// the next one is committed. Pure.
#pragma once

#include <cstdint>
#include <utility>

namespace pawl::policy {

class disk_intent {
 public:
  // A new job, of which so many writes have left before (and no intent of this run is on the disk).
  void begin(std::uint32_t sent) noexcept {
    is_on_disk_ = replaces_ = false;
    sent_before_ = sent;
  }

  // Whether the write that leaves next is described by the intent on the disk. The intent says when its
  // request left: a job that must not be sent twice has one for each, because after a crash the age of the
  // last one tells whether it may still arrive.
  bool covers_next(std::uint32_t sent, bool replay_safe) const noexcept {
    return is_on_disk_ && (replay_safe || sent == sent_before_);
  }
  // An intent is about to be committed. True: it replaces one of this job, of which nothing was applied.
  bool commit(std::uint32_t sent, bool may_be_applied) noexcept {
    if (is_on_disk_) replaces_ = !may_be_applied;
    sent_before_ = sent;
    return std::exchange(replaces_, false);
  }
  void committed() noexcept { is_on_disk_ = true; }
  // The job is planned anew, so the intent on the disk describes no write that will leave.
  void outdate(bool in_doubt) noexcept {
    replaces_ = (replaces_ || is_on_disk_) && !in_doubt;
    is_on_disk_ = false;
  }

  // The intent of the current plan is on the disk.
  bool is_on_disk() const noexcept { return is_on_disk_; }

 private:
  std::uint32_t sent_before_ = 0;  // writes that had left when it was committed
  bool is_on_disk_ = false;
  bool replaces_ = false;  // one is on the disk, of a plan that was never applied
};

}  // namespace pawl::policy
