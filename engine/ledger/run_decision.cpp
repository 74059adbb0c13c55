#include "engine/ledger/ledger.hpp"

namespace pawl::ledger {

run_decision decide_run(const run_question& q) noexcept {
  if (!q.has_generation) return run_decision::start;
  // It was given up and no newer one follows: the process died between these two steps.
  if (q.given_up) return run_decision::start_new;
  if (q.finished) {
    if (!q.same_input) return run_decision::start_new;
    return q.again ? run_decision::start_new : run_decision::already_finished;
  }
  if (q.fresh) return run_decision::start_new;
  return q.same_input ? run_decision::go_on : run_decision::refuse_changed;
}

bool depends_on_input(run_question q) noexcept {
  q.same_input = true;
  const auto if_same = decide_run(q);
  q.same_input = false;
  return decide_run(q) != if_same;
}

retry_decision decide_retry(const run_question& q) noexcept {
  if (!q.has_generation || q.given_up) return retry_decision::refuse_none;
  return q.same_input ? retry_decision::take : retry_decision::refuse_changed;
}

}  // namespace pawl::ledger
