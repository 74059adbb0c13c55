#include "engine/run/parked_jobs.hpp"

#include <algorithm>
#include <utility>

namespace pawl::run {

time_point parked_jobs::due(const policy::action::sleep& wait) const noexcept {
  if (outage_) return time_point::max();
  if (!wait.proof_after || proven_at_ > *wait.proof_after) return wait.until;
  return std::max(wait.until, wait.anyway);
}

void parked_jobs::look_again() noexcept {
  next_due_ = time_point::max();
  for (const auto& e : entries_) next_due_ = std::min(next_due_, due(e.wait));
}

void parked_jobs::set_outage(bool is_on) noexcept {
  if (outage_ == is_on) return;
  outage_ = is_on;
  look_again();
}

bool parked_jobs::proven(time_point sent) noexcept {
  if (sent <= proven_at_) return false;
  proven_at_ = sent;
  if (want_proof_ == 0) return false;
  look_again();
  return true;
}

bool parked_jobs::put(std::unique_ptr<job_in_hand>& from, const policy::action::sleep& wait) {
  const auto bytes = from->buffer.bytes();
  if (entries_.size() == most || (!entries_.empty() && bytes_ + bytes > most_bytes)) return false;
  bytes_ += bytes;
  if (wait.proof_after) ++want_proof_;
  entries_.push_back({std::move(from), wait});
  next_due_ = std::min(next_due_, due(wait));
  return true;
}

std::unique_ptr<job_in_hand> parked_jobs::take(time_point now, bool any) {
  if (entries_.empty() || (!any && next_due_ > now)) return nullptr;
  const auto first = std::ranges::min_element(entries_, {}, [this](const entry& e) { return due(e.wait); });
  auto taken = std::move(first->what);
  bytes_ -= taken->buffer.bytes();
  if (first->wait.proof_after) --want_proof_;
  *first = std::move(entries_.back());
  entries_.pop_back();
  look_again();
  return taken;
}

time_point parked_jobs::proof_wanted_at() const noexcept {
  auto since = time_point::max();
  if (want_proof_ == 0) return since;
  for (const auto& e : entries_)
    if (e.wait.proof_after && proven_at_ <= *e.wait.proof_after) since = std::min(since, e.wait.until);
  return since;
}

}  // namespace pawl::run
