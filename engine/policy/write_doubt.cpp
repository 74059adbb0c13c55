#include "engine/policy/write_doubt.hpp"

namespace pawl::policy {

arrival arrival_of(const attempt_fact& fact, bool replay_safe) noexcept {
  const bool timed_out = fact.fault == transport_fault::timeout || fact.status == 408 || fact.status == 504;
  return timed_out || !replay_safe ? arrival::possible : arrival::over;
}

void write_doubt::lost(arrival how) noexcept {
  may_be_applied_ = true;
  // One that was cut off after one that timed out does not end the waiting for that.
  if (how == arrival::possible)
    arrival_ = waiting::due;
  else if (arrival_ == waiting::done)
    arrival_ = waiting::not_needed;
}

void write_doubt::replanned(const api::second_look& look) noexcept {
  if (look.proven == api::second_look::proof::not_applied && !is_late())
    may_be_applied_ = earlier_;
  else if (look.is == api::readability::readable)
    earlier_ = true;
  if (look.shows_old) another_answered_ = false;
}

void write_doubt::left_unseen() noexcept {
  may_be_applied_ = earlier_ = false;
  left_may_arrive_ = true;
}

}  // namespace pawl::policy
