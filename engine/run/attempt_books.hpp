// What one worker's requests mean to the run beyond their own job. Each request is entered when it leaves and
// when its end was judged; from here the pacer, the concurrency limit, the breaker, the stop rules and the
// figures hear of it. Network thread only.
#pragma once

#include "engine/http/connection_pool.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/request_kind.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/step_events.hpp"
#include "engine/run/job_places.hpp"
#include "engine/run/parked_jobs.hpp"
#include "engine/run/run_context.hpp"
#include "engine/sys/clock.hpp"

namespace pawl::run {

class attempt_books {
 public:
  explicit attempt_books(run_context& shared)
      : shared_(shared), write_place_(shared.io), read_place_(shared.io, &write_place_) {}

  // Where the requests of this kind stand in their line.
  client::send_line::place& place(policy::request_kind kind) noexcept {
    return kind == policy::request_kind::write ? write_place_ : read_place_;
  }
  client::send_line& line(policy::request_kind kind) const noexcept {
    return kind == policy::request_kind::write ? shared_.line : shared_.read_line;
  }
  // Nothing will be sent now with the slot for a write, if one is held.
  void give_back_slot() { shared_.line.give_back(write_place_, clock::now()); }
  // Whether the limits of the resource itself let no request of this kind leave now: the job is then parked.
  // To be asked once before each, because jobs of one id run one at a time.
  bool is_held(policy::request_kind kind, const job_in_hand& job, policy::step_event& happened) {
    return !shared_.each.is_empty() && must_wait(kind, job, happened);
  }
  // The request leaves now, with the slot that its place holds. A write counts as a retry if its job has sent
  // one before.
  void sent(policy::request_kind kind, const job_in_hand& job, time_point now) {
    const bool is_write = kind == policy::request_kind::write;
    sent_at_ = now;
    if (shared_.each.is_empty())
      line(kind).sent(place(kind), now);
    else
      sent_about(kind, job, now);
    mark_ = shared_.places.sent(now);
    auto& progress = shared_.progress;
    ++(is_write ? progress.figures.writes : progress.figures.reads);
    if (is_write && job.step.attempts() > 0) ++progress.figures.retries;
    ++progress.in_flight;
  }
  // The exchange is over.
  void received() { --shared_.progress.in_flight; }
  // The end of an attempt or a read, sent or not, was judged by its job's step. Connections that lead astray
  // are discarded.
  void judged(policy::request_kind, const job_in_hand&, const attempt_fact&, http::lease& used,
              time_point now);
  // The same of a request for several rows, of which each is judged by its own step besides. `is_retry`: all
  // of them were sent before.
  void sent_shared(policy::request_kind kind, bool is_retry, time_point now);
  void judged_shared(policy::request_kind, const policy::judgement&, const attempt_fact&, time_point now);
  // The job is over; before its outcome is recorded.
  void ended(const job_in_hand&, const policy::action::finish&, time_point now);

  // Whether the breaker lets this worker's job go. If it is half open, this job is then its one trial.
  bool is_admitted();
  bool is_trial() const noexcept { return trial_; }
  // The job does not go on now: another one may try.
  void abandon_trial();

 private:
  bool must_wait(policy::request_kind, const job_in_hand&, policy::step_event& happened);
  void sent_about(policy::request_kind, const job_in_hand&, time_point now);
  void free_slot(policy::request_kind, const policy::judgement&, const attempt_fact&, time_point now);
  void heard(policy::request_kind, const policy::judgement&, std::string_view id, const attempt_fact&,
             time_point now);

  run_context& shared_;
  client::send_line::place write_place_, read_place_;
  job_places::mark mark_;  // of the request under way
  time_point sent_at_{};   // likewise
  bool trial_ = false;     // this worker's job is what the half-open breaker let through
  std::uint64_t shared_requests_ = 0;
};

}  // namespace pawl::run
