// What a run looked like every few seconds, for the ledger's table `sample`. Network thread.
#pragma once

#include "engine/model/time.hpp"
#include "engine/run/run_context.hpp"

#include <cstdint>

namespace pawl::run {

class run_sampler {
 public:
  run_sampler(run_context& run, time_point now)
      : run_(run), since_(now), writes_before_(run.progress.figures.writes) {}

  // Takes a sample if it is time for one.
  void tick(time_point now);
  // At the end: what was written since the last one.
  void finish(time_point now);

 private:
  void take(time_point now);

  run_context& run_;
  time_point since_;
  std::uint64_t writes_before_;
};

}  // namespace pawl::run
