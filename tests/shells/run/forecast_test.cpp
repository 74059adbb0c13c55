// What plan says of a run's time is what the run takes under the same limits.
#include "engine/plan/run_forecast.hpp"
#include "engine/policy/id_hash.hpp"
#include "engine/sys/clock.hpp"
#include "tests/shells/run/run_stage.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;
using testing::run_stage;

struct load {
  const char* name;
  std::vector<rate_limit> all = {}, each = {};
  std::vector<rate_window> writes = {}, reads = {};
  bool read_first = true, spread = false;
  std::size_t rows = 100, ids = 100;  // rows take their ids in turn
  double reserve = 0;
  std::uint32_t concurrency = 16;
};

double in_seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

TEST(Forecast, IsWhatARunTakes) {
  const load loads[] = {
      {.name = "writes alone", .writes = {{20, 10s}}},
      {.name = "costs", .all = {{{30, 10s}, 1, 5}}},
      {.name = "all and writes", .all = {{{40, 10s}}}, .writes = {{30, 60s}}},
      {.name = "reads are scarce", .writes = {{60, 10s}}, .reads = {{10, 10s}}, .rows = 95},
      {.name = "spread writes", .writes = {{60, 60s}}, .spread = true},
      {.name = "spread costs", .all = {{{120, 60s}, 0, 5}}, .read_first = false, .spread = true},
      {.name = "a few in parallel", .all = {{{30, 10s}, 2, 3}}, .concurrency = 2},
      {.name = "one resource", .each = {{{2, 60s}, 0, 1}}, .read_first = false, .ids = 5},
      {.name = "one resource, and all",
       .all = {{{40, 20s}}},
       .each = {{{3, 60s}, 0, 1}},
       .read_first = false,
       .ids = 10},
      {.name = "reads of one resource", .each = {{{3, 60s}, 1, 1}}, .ids = 20},
      {.name = "many rows of one of many",
       .each = {{{4, 30s}, 0, 1}},
       .writes = {{10, 10s}},
       .read_first = false,
       .ids = 7},
  };
  for (const auto& l : loads) {
    SCOPED_TRACE(l.name);
    run_stage s(l.read_first, run_stage::column::status, l.ids);
    std::string text = "id,status\n";
    for (std::size_t n = 0; n < l.rows; ++n) text += "t" + std::to_string(1 + n % l.ids) + ",done\n";
    s.take_rows(text);
    for (auto* o : {&s.options.writes, &s.options.reads}) {
      o->shared = l.all;
      o->each = l.each;
      o->spread = l.spread;
      o->reserve = l.reserve;
    }
    s.options.writes.windows = l.writes;
    s.options.reads.windows = l.reads;
    s.options.concurrency = l.concurrency;
    s.keep_quota();

    plan::forecast_options o;
    o.writes = s.options.writes;
    o.reads = s.options.reads;
    o.concurrency = l.concurrency;
    o.read_first = l.read_first;
    o.reply_time = 10ms;
    if (!l.each.empty()) {
      o.now = clock::now();
      o.each.emplace(l.each);
    }
    plan::run_forecast forecast(o);
    std::set<std::size_t> written;
    for (std::size_t n = 0; n < l.rows; ++n) {
      const auto id = n % l.ids;
      // What an earlier row has written is found as it should be.
      const bool writes = !l.read_first || written.insert(id).second;
      forecast.add(writes ? plan::forecast_job::write : plan::forecast_job::settled,
                   policy::hash_of_id("t" + std::to_string(1 + id)));
    }
    forecast.finish();

    const auto began = clock::now();
    s.begin();
    s.run_to_the_end();
    ASSERT_TRUE(s.report);
    EXPECT_TRUE(s.report->finished) << s.report->stop_reason;
    EXPECT_EQ(s.report->figures.writes, forecast.writes());
    const auto took = in_seconds(s.network.requests.back().at - began);
    EXPECT_GT(took, 20);
    EXPECT_NEAR(in_seconds(forecast.needed()), took, 0.03 * took);
  }
}

}  // namespace
}  // namespace pawl::run
