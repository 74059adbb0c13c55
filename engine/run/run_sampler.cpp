#include "engine/run/run_sampler.hpp"

#include "engine/sys/wall_clock.hpp"

#include <chrono>

namespace pawl::run {

namespace {
constexpr duration sample_every = std::chrono::seconds{10};  // documented with the ledger's schema
}  // namespace

void run_sampler::tick(time_point now) {
  if (now - since_ >= sample_every) take(now);
}

void run_sampler::finish(time_point now) {
  if (run_.progress.figures.writes != writes_before_) take(now);
}

void run_sampler::take(time_point now) {
  const auto& progress = run_.progress;
  ledger::sample_row sample;
  sample.at = wall_now();
  sample.counts = progress.before;
  for (std::size_t k = 0; k < outcome_count; ++k) sample.counts.of[k] += progress.now.of[k];
  sample.figures = progress.figures;
  sample.in_flight = progress.in_flight;
  const auto seconds = std::chrono::duration<double>(now - since_).count();
  sample.rate = seconds > 0 ? static_cast<double>(progress.figures.writes - writes_before_) / seconds : 0;
  sample.latency_p50_us = run_.interval_latency.quantile(0.5);
  sample.latency_p95_us = run_.interval_latency.quantile(0.95);
  sample.latency_max_us = run_.interval_latency.max();
  sample.waits_for = progress.waits_for;
  run_.ledger.put(sample);
  run_.events.observe_concurrency(run_.places.found());
  run_.interval_latency.clear();
  writes_before_ = progress.figures.writes;
  since_ = now;
}

}  // namespace pawl::run
