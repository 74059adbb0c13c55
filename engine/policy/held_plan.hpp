// The plan of one job's write and how long it serves. Pure: time is an argument.
#pragma once

#include "engine/api/resource_reader.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <string>

namespace pawl::policy {

class held_plan {
 public:
  api::write_plan plan;  // meaningful while is_there()

  void drop() noexcept { holds_ = holding::nothing; }
  // `plan` was made from a read that was answered at this time.
  void made(time_point at) noexcept {
    holds_ = holding::all;
    read_at_ = at;
  }
  // Another read, answered at this time, shows the resource as the plan found it.
  void seen_again(time_point at) noexcept { read_at_ = at; }
  // The resource is no longer as it was read: the plan tells what was sent, and nothing is sent by it.
  void outdate() noexcept {
    if (holds_ == holding::all) holds_ = holding::what_was_sent;
  }
  // The job is about to wait. `whole`: the plan has more of the resource than the row names. That is not kept
  // through a wait: many jobs may wait at a time, and what was read before is not put back over what somebody
  // has changed meanwhile. Without it the plan tells what was sent, and nothing can be sent by it.
  void keep_through_wait(bool whole) {
    if (!whole) return;
    if (holds_ == holding::all) holds_ = holding::what_was_sent;
    // Swapped: an assignment keeps the memory of the text that it replaces.
    std::string{}.swap(plan.body);
    std::string{}.swap(plan.pre_image);
  }

  // There is a plan of this job: what a reply and a later read are held against.
  bool is_there() const noexcept { return holds_ != holding::nothing; }
  // Whether a write may leave by it at `now + margin`, if a read serves for `max_age`.
  bool serves(time_point now, duration margin, duration max_age) const noexcept {
    return holds_ == holding::all && now + margin - read_at_ <= max_age;
  }

 private:
  enum class holding : std::uint8_t { nothing, what_was_sent, all };

  holding holds_ = holding::nothing;
  time_point read_at_{};
};

}  // namespace pawl::policy
