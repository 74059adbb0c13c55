#include "engine/run/prober.hpp"

#include "engine/api/calls.hpp"
#include "engine/sys/clock.hpp"

#include <optional>

namespace pawl::run {
namespace asio = boost::asio;

void prober::tick(time_point now) {
  if (schedule_.is_due(now, shared_.breaker, shared_.parked.proof_wanted_at())) alarm_.wake();
}

// What is sure to be there: whoami, or what was answered well last. Empty: nothing is.
api::call prober::call_to_ask() const {
  if (shared_.breaker.has_probe()) return api::whoami_call(shared_.profile);
  if (shared_.last_good_id.empty()) return {};
  return api::resource_call(shared_.profile, shared_.last_good_id);
}

asio::awaitable<void> prober::run(const bool& done) {
  while (!done) {
    co_await alarm_.sleep();
    if (done || shared_.stopping) continue;
    const auto question = schedule_.begin(clock::now(), shared_.breaker, shared_.parked.proof_wanted_at());
    if (question.let_job_try) shared_.release_held();
    if (!question.is_asked()) continue;
    std::optional<time_point> proven;
    if (const auto what = call_to_ask(); !what.empty()) {
      const auto answer = co_await client_.probe(what, shared_.last_trouble);
      proven = answer.proven;
      if (question.for_breaker) shared_.breaker.on_probe(answer.is_alive, clock::now());
    }
    schedule_.answered(proven.has_value(), clock::now(), shared_.options.retry);
    if (proven) shared_.proven(*proven);
    shared_.release_held();
  }
}

}  // namespace pawl::run
