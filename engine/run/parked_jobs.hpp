// Jobs that wait: for a backoff, for what may still be on its way, for the API to prove itself. They hold no
// slot and no connection, so others go on. Bounded in number and in memory. Pure but for its memory: time is
// an argument. Network thread only.
#pragma once

#include "engine/model/job.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/job_step.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace pawl::run {

// A job with all that is known of it: what a slot works on, and what is parked.
struct job_in_hand {
  job_in_hand(const api::profile& profile, api::reply_reader& reader, api::resource_reader* resources,
              const policy::step_options& options)
      : step(profile, reader, resources, options) {}

  policy::job_step step;
  job_buffer buffer;
  job_view job;
  wall_time sent_at{};
  std::uint64_t latency_us = 0;
  std::string key;  // idempotency key of its writes; empty: they carry none
  // Rows with the same number may be written together; see batch_rows.hpp.
  std::uint64_t sent_with = 0;
};

class parked_jobs {
 public:
  static constexpr std::size_t most = 1024;             // documented
  static constexpr std::size_t most_bytes = 64u << 20;  // of rows; chosen: as much as 64 of the largest

  // When the wait of a job ends as things stand; time_point::max(): not before something else happens. No
  // wait ends while an outage is suspected: the breaker tells at its end whether it explains the failure.
  time_point due(const policy::action::sleep&) const noexcept;
  void set_outage(bool is_on) noexcept;
  // Notes that the API answered well to a request that was sent at this time. True: somebody waited for that.
  bool proven(time_point sent) noexcept;
  time_point proven_at() const noexcept { return proven_at_; }

  // Takes the job out of `from`. False: there is no room, and nothing was taken.
  bool put(std::unique_ptr<job_in_hand>& from, const policy::action::sleep&);
  // The one that is due for the longest, or with `any` one that is not; null: none.
  std::unique_ptr<job_in_hand> take(time_point now, bool any = false);
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  // When take() will have a job to give, as things stand.
  time_point next_due() const noexcept { return next_due_; }
  // Since when a job waits for nothing but a proof; max(): none does.
  time_point proof_wanted_at() const noexcept;

 private:
  struct entry {
    std::unique_ptr<job_in_hand> what;
    policy::action::sleep wait;
  };
  void look_again() noexcept;

  std::vector<entry> entries_;
  std::size_t bytes_ = 0, want_proof_ = 0;
  bool outage_ = false;
  time_point proven_at_ = time_point::min(), next_due_ = time_point::max();
};

}  // namespace pawl::run
