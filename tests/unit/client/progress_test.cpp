#include "engine/client/progress.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::client {
namespace {

using namespace std::chrono_literals;

TEST(LatencyHistogram, QuantilesAreWithinABucketOfTheTruth) {
  latency_histogram h;
  EXPECT_EQ(h.quantile(0.5), 0u);
  for (std::uint64_t us = 1; us <= 10'000; ++us) h.add(us);
  EXPECT_NEAR(static_cast<double>(h.quantile(0.5)), 5000, 5000 * 0.13);
  EXPECT_NEAR(static_cast<double>(h.quantile(0.95)), 9500, 9500 * 0.13);
  EXPECT_EQ(h.max(), 10'000u);
  EXPECT_LE(h.quantile(1.0), 10'000u);
}

TEST(TimeNeeded, IsTheLongestOfTheWindows) {
  const std::vector<rate_window> windows{{60, 60s}, {20, 10s}};
  const struct {
    std::uint64_t writes;
    double reserve;
    duration needed;
  } rows[] = {{0, 0, 0s},   {1, 0, 0s},     {20, 0, 0s},        {21, 0, 10s},  {60, 0, 20s},
              {61, 0, 60s}, {121, 0, 120s}, {10'000, 0, 9960s}, {49, 0.2, 60s}};
  for (const auto& row : rows)
    EXPECT_EQ(time_needed(windows, row.reserve, row.writes), row.needed) << row.writes;
  EXPECT_EQ(time_needed({}, 0, 1'000'000), 0s);
}

TEST(TimeNeeded, CountsReadsAndWritesInWhatTheyShare) {
  const struct {
    const char* what;
    std::vector<rate_window> windows;
    std::vector<rate_limit> shared;
    std::uint64_t writes, reads;
    duration needed;
  } rows[] = {
      {"reads double the price", {}, {{{5'000, 1h}}}, 10'000, 10'000, 3h},
      {"of writes alone", {}, {{{5'000, 1h}}}, 10'000, 0, 1h},
      {"points", {}, {{{900, 60s}, 1, 5}}, 1'500, 1'500, 9min},
      {"its own windows hold longer", {{60, 60s}}, {{{5'000, 1h}}}, 600, 600, 9min},
      {"nothing is written", {}, {{{5'000, 1h}}}, 0, 10'000, 0s},
  };
  for (const auto& r : rows) {
    policy::pacer_options o;
    o.windows = r.windows;
    o.shared = r.shared;
    EXPECT_EQ(time_needed_with_reads(o, r.writes, r.reads), r.needed) << r.what;
  }
}

TEST(ProgressCounters, LogsTheFirstFiveRowsOfEachCodeAndBoundsTheCodes) {
  progress_counters counters;
  int lines = 0;
  counters.on_failure = [&](const failed_row&) { ++lines; };
  for (int i = 0; i < 20; ++i) counters.count_error({1, "a", outcome::refused, "not_found", "", ""});
  EXPECT_EQ(lines, 5);
  for (int i = 0; i < 1000; ++i) {
    const auto code = "code" + std::to_string(i);
    counters.count_error({1, "a", outcome::refused, code, "", ""});
  }
  EXPECT_LE(counters.error_counts.size(), 101u);
  EXPECT_GT(counters.error_counts["other"], 0u);
}

}  // namespace
}  // namespace pawl::client
