// What one request costs in the pacer: join, acquire, sent and closed, in virtual time. The aim is well under
// a microsecond at 80,000 requests a second (a whole request costs about 10 us, see benchmarks/README.md).
#include "benchmarks/support/allocation_counter.hpp"
#include "engine/policy/pacer.hpp"

#include <benchmark/benchmark.h>

#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

std::vector<rate_window> windows_of(int kind) {
  switch (kind) {
    case 0:
      return {};
    case 1:
      return {{5'000, 1s}, {300'000, 60s}};
    case 2:
      return {{100'000, 1s}, {6'000'000, 60s}};
    default:
      return {{60, 60s}, {20, 10s}};
  }
}

rate_facts headers() {
  rate_facts f;
  f.limit = 5'000;
  f.remaining = 4'000;
  f.reset_in = 1s;
  return f;
}

// Every request is let: 64 in flight, replies in order, headers in each. `step` is the time between two.
void granted(benchmark::State& state) {
  pacer_options o;
  o.windows = windows_of(static_cast<int>(state.range(0)));
  const duration step = state.range(0) == 1 ? 250us : 12'500ns;
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  time_point now{1h};
  pacer p(o, entries, now, 1000s);
  std::vector<pacer::slot> open;
  const auto facts = headers();
  std::size_t oldest = 0, refused = 0;
  const bench::allocation_meter meter;
  for (auto _ : state) {
    now += step;
    const auto answer = p.acquire(p.join(now), now);
    if (const auto* s = std::get_if<pacer::slot>(&answer)) {
      p.sent(*s, now);
      if (open.size() < 64) {
        open.push_back(*s);
      } else {
        p.closed(open[oldest], now, state.range(0) == 1 ? facts : rate_facts{}, 0.5);
        open[oldest] = *s;
        oldest = (oldest + 1) % open.size();
      }
    } else {
      ++refused;
      p.leave(*p.head());
    }
  }
  meter.report(state, state.iterations());
  state.counters["refused"] = static_cast<double>(refused);
}
BENCHMARK(granted)->ArgName("windows")->Arg(0)->Arg(1)->Arg(2);

// The windows are used up: 64 wait in line, and the head asks in vain.
void refused(benchmark::State& state) {
  pacer_options o;
  o.windows = windows_of(static_cast<int>(state.range(0)));
  time_point now{1h};
  std::vector<slot_entry> entries(pacer::entries_needed(o), slot_entry{1, 1'000'000'000'000});
  pacer p(o, entries, now, 1000s);
  for (int i = 0; i < 64; ++i) p.join(now);
  const bench::allocation_meter meter;
  for (auto _ : state) benchmark::DoNotOptimize(p.acquire(*p.head(), now));
  meter.report(state, state.iterations());
}
BENCHMARK(refused)->ArgName("windows")->Arg(1)->Arg(2)->Arg(3);

// A job looks up when it is due, from the 64th place.
void due_in_line(benchmark::State& state) {
  pacer_options o;
  o.windows = windows_of(static_cast<int>(state.range(0)));
  time_point now{1h};
  std::vector<slot_entry> entries(pacer::entries_needed(o), slot_entry{1, 1'000'000'000'000});
  pacer p(o, entries, now, 1000s);
  pacer::ticket last{};
  for (int i = 0; i < 64; ++i) last = p.join(now);
  const bench::allocation_meter meter;
  for (auto _ : state) benchmark::DoNotOptimize(p.due(last, now));
  meter.report(state, state.iterations());
}
BENCHMARK(due_in_line)->ArgName("windows")->Arg(1)->Arg(3);

}  // namespace
}  // namespace pawl::policy
