// Counts what operator new was asked for, by all threads: linked into benchmark programs only. What C
// libraries take with malloc (SQLite, OpenSSL) is not in it; benchmarks/cost counts that for whole updates.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace pawl::bench {

// Calls of operator new by this process so far.
std::uint64_t allocations() noexcept;

// Shows, as a counter of the benchmark, the allocations for each of `items` since it was made.
class allocation_meter {
 public:
  void report(benchmark::State& state, std::int64_t items) const {
    const auto count = allocations() - before_;
    state.counters["allocations"] = static_cast<double>(count) / static_cast<double>(items == 0 ? 1 : items);
  }

 private:
  std::uint64_t before_ = allocations();
};

}  // namespace pawl::bench
