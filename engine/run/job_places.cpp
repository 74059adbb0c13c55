#include "engine/run/job_places.hpp"

namespace pawl::run {

job_places::job_places(std::uint32_t slots, kind k) : slots_(slots), open_(slots) {
  if (k == kind::fixed) return;
  limit_.emplace(slots);
  open_ = limit_->limit();
  for (auto& parked : parked_) parked.reserve(slots);
}

boost::asio::awaitable<void> job_places::take(async::wakeup& alarm, taker who) {
  // Those who were woken have a claim to what is free.
  while (taken_ + coming_ >= open_) {
    parked_[who == taker::has_job ? with_job : with_none].push_back(&alarm);
    co_await alarm.sleep();
    --coming_;
  }
  ++taken_;
}

void job_places::give_back() {
  --taken_;
  wake_parked();
}

void job_places::replied(const mark& m, request what, policy::load_sign sign, time_point now) {
  if (!limit_) return;
  limit_->replied(m, what, sign, now);
  if (all_open_) return;
  open_ = limit_->limit();
  wake_parked();
}

void job_places::open_all() {
  all_open_ = true;
  open_ = slots_;
  wake_parked();
}

std::optional<std::uint32_t> job_places::found() const noexcept {
  if (!limit_) return std::nullopt;
  return limit_->limit();
}

// The one that was parked last first: its buffers are warm.
void job_places::wake_parked() {
  for (auto& parked : parked_) {
    while (!parked.empty() && taken_ + coming_ < open_) {
      ++coming_;
      parked.back()->wake();
      parked.pop_back();
    }
  }
}

}  // namespace pawl::run
