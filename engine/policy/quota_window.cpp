#include "engine/policy/quota_window.hpp"

#include <algorithm>
#include <chrono>

namespace pawl::policy {
namespace {

// Chosen: 65,536 queue entries are 1 MiB. Windows with a larger limit put closings into one entry that are
// less than 1/65,536 of the window apart and let them go with the last: 0.0015 % of the quota for a memory
// that does not grow with the limit.
constexpr std::uint32_t max_queue = 65'536;

}  // namespace

quota_window::quota_window(const rate_window& of, std::uint32_t usable)
    : window_(of), usable_(std::max<std::uint32_t>(usable, 1)), server_limit_(std::max(of.limit, usable_)) {
  if (of.limit > max_queue) grain_ = of.length / max_queue;
}

void quota_window::lengthen(duration to) noexcept {
  window_.length = std::max<std::chrono::nanoseconds>(window_.length, to);
}

void quota_window::close(time_point at, std::uint64_t count) {
  closed_ += count;
  if (!queue_.empty()) {
    auto& last = queue_.back();
    if (last.at >= at) {
      last.count += count;
      return;
    }
    // Cells of a fixed grid, not distance from the entry: a steady stream would move that on for ever.
    if (grain_ > duration::zero() && at.time_since_epoch() / grain_ == last.at.time_since_epoch() / grain_) {
      last.at = at;
      last.count += count;
      return;
    }
  }
  queue_.push_back({at, count});
}

void quota_window::expire_foreign(time_point now) noexcept {
  std::size_t over = 0;
  while (over < stage_count_ && stages_[over].until <= now) ++over;
  std::move(stages_ + over, stages_ + stage_count_, stages_);
  stage_count_ -= over;
  foreign_ = stage_count_ == 0 ? 0 : stages_[0].count;
}

time_point quota_window::release_of(std::uint64_t nth, duration discount) const noexcept {
  const duration held_for = window_.length - discount;
  if (grain_ == duration::zero() && queue_.size() == closed_) return queue_[nth - 1].at + held_for;
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    if (nth <= queue_[i].count) return queue_[i].at + held_for;
    nth -= queue_[i].count;
  }
  return queue_.back().at + held_for;
}

time_point quota_window::room_at(std::uint64_t before, std::uint64_t slots, time_point now, duration latency,
                                 duration discount) const noexcept {
  const std::uint64_t own = held(), wanted = before + slots;
  if (slots == 0) return now;
  time_point stage_begins = now;
  for (std::size_t s = 0;; ++s) {
    const bool last = s == stage_count_;
    const std::uint64_t foreign = last ? 0 : stages_[s].count;
    const std::uint64_t shared = server_limit_ > foreign ? server_limit_ - foreign : 0;
    const std::uint64_t room = std::min<std::uint64_t>(usable_, shared);
    if (last || wanted <= room) {
      time_point at = stage_begins;
      if (own + wanted > room) {
        // More than is held: some of those before must have come free again.
        const std::uint64_t nth = own + wanted - room;
        at = std::max(
            at, nth > closed_ ? now + latency + (window_.length - discount) : release_of(nth, discount));
      }
      if (last || at < stages_[s].until) return at;
    }
    stage_begins = std::max(stage_begins, stages_[s].until);
  }
}

time_point quota_window::own_room_at(std::uint64_t slots, time_point now, duration discount) const noexcept {
  const std::uint64_t own = held();
  if (own + slots <= usable_ || slots == 0) return now;
  const std::uint64_t nth = own + slots - usable_;
  if (nth > closed_) return now + (window_.length - discount);
  return std::max(now, release_of(nth, discount));
}

void quota_window::hold_foreign(std::uint64_t count, time_point until, std::uint64_t of) noexcept {
  server_limit_ = std::max<std::uint64_t>(of, usable_);
  for (std::size_t s = 0; s < stage_count_; ++s)
    if (stages_[s].count >= count && stages_[s].until >= until) return;
  // What the new step covers on both sides is gone; the order of the staircase holds by itself.
  const auto covered = [&](const stage& s) { return s.count <= count && s.until <= until; };
  auto* end = std::remove_if(stages_, stages_ + stage_count_, covered);
  auto* place = std::find_if(stages_, end, [&](const stage& s) { return s.until > until; });
  if (end == stages_ + max_stages) {
    // Full: the neighbour takes the larger of both sides, which errs towards waiting.
    if (place == end) --place;
    place->count = std::max(place->count, count);
    place->until = std::max(place->until, until);
  } else {
    std::move_backward(place, end, end + 1);
    *place = {count, until};
    ++end;
  }
  stage_count_ = static_cast<std::size_t>(end - stages_);
  foreign_ = stages_[0].count;
}

}  // namespace pawl::policy
