#include "engine/plan/run_forecast.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace pawl::plan {
namespace {

using namespace std::chrono_literals;

double seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

forecast_options blind(std::vector<rate_window> windows, duration reply, std::uint32_t concurrency = 64) {
  forecast_options o;
  o.writes.windows = std::move(windows);
  o.read_first = false;
  o.reply_time = reply;
  o.concurrency = concurrency;
  return o;
}

double needed(const forecast_options& o, std::uint64_t writes, std::uint64_t settled = 0) {
  run_forecast f(o);
  for (std::uint64_t i = 0; i < settled; ++i) f.add(forecast_job::settled);
  for (std::uint64_t i = 0; i < writes; ++i) f.add(forecast_job::write);
  f.finish();
  return seconds(f.needed());
}

TEST(RunForecast, KnowsTheWindowsByHeart) {
  struct {
    const char* what;
    std::vector<rate_window> windows;
    duration reply;
    std::uint64_t writes;
    double expected;
  } const table[] = {
      // The first reply is whose key it is; the last one ends the run.
      {"nothing to write", {{60, 60s}}, 100ms, 0, 0.1},
      {"one window is never waited for", {{60, 60s}}, 100ms, 60, 0.2},
      {"the 61st waits for the first's reply and a window", {{60, 60s}}, 100ms, 61, 0.1 + 60.1 + 0.1},
      {"full windows repeat", {{60, 60s}}, 100ms, 601, 0.1 + 10 * 60.1 + 0.1},
      {"the tighter of two counts", {{60, 60s}, {20, 10s}}, 0ms, 60, 20},
      {"both windows, an hour", {{60, 60s}, {20, 10s}}, 0ms, 3601, 3600},
      {"a window that is larger than the job", {{1'000'000, 1s}}, 0ms, 10, 0},
      {"no window: slots alone", {}, 100ms, 640, 0.1 + 10 * 0.1},
  };
  for (const auto& t : table)
    EXPECT_NEAR(needed(blind(t.windows, t.reply), t.writes), t.expected, 1e-6) << t.what;
}

// Where a read shows what a write did, it comes on top: its request, its time and its place in the read
// budget.
TEST(RunForecast, PricesTheReadsAfterWrites) {
  auto o = blind({{60, 60s}}, 100ms);
  o.read_after = true;
  run_forecast f(o);
  f.add(forecast_job::settled);
  for (int i = 0; i < 3; ++i) f.add(forecast_job::write);
  EXPECT_EQ(f.writes(), 3u);
  EXPECT_EQ(f.reads(), 1u + 3u);
  EXPECT_NEAR(seconds(f.needed()), 0.1 + 0.1 + 0.1, 1e-6);
  // Two reads for each row, of which four fit a second: the question who asks is one of them.
  o = blind({}, 0ms);
  o.read_first = o.read_after = true;
  o.reads.windows = {{4, 1s}};
  EXPECT_NEAR(needed(o, 6), 3, 1e-6);
  o.read_after = false;
  EXPECT_NEAR(needed(o, 6), 1, 1e-6);
}

TEST(RunForecast, KnowsReserveSpreadAndEarlyRelease) {
  auto o = blind({{60, 60s}}, 100ms);
  o.writes.reserve = 0.5;
  EXPECT_NEAR(needed(o, 61), 0.1 + 2 * 60.1 + 0.1, 1e-6);
  o = blind({{60, 60s}}, 100ms);
  o.writes.spread = true;
  EXPECT_NEAR(needed(o, 31), 30 + 0.1, 1e-6) << "the first one's wait for the reply is made up for";
  o = blind({{10, 1s}}, 100ms);
  o.writes.early_release = true;
  EXPECT_NEAR(needed(o, 11), 0.1 + 1.01 + 0.1, 1e-6);
}

TEST(RunForecast, StartsWithWhatTheWindowsHold) {
  auto o = blind({{10, 60s}}, 0ms);
  EXPECT_NEAR(needed(o, 10), 0, 1e-6);
  o.past_writes.assign(10, 20s);
  EXPECT_NEAR(needed(o, 1), 40, 1e-6) << "the oldest is free after a minute";
  o.past_writes.assign(4, 20s);
  EXPECT_NEAR(needed(o, 6), 0, 1e-6);
  EXPECT_NEAR(needed(o, 7), 40, 1e-6);
  o.past_writes.assign(10, 61s);
  EXPECT_NEAR(needed(o, 10), 0, 1e-6) << "what is older than the window counts no more";
}

TEST(RunForecast, ReadsHoldTheRunWhereTheyAreTheScarceOnes) {
  forecast_options o;
  o.writes.windows = {{60, 60s}};
  o.reads.windows = {{1000, 60s}};
  o.concurrency = 16;
  o.reply_time = 0ms;
  // The first question is a read too: 9,999 rows are left for ten windows.
  EXPECT_NEAR(needed(o, 0, 9'999), 9 * 60, 1e-6);
  EXPECT_NEAR(needed(o, 0, 10'000), 10 * 60, 1e-6);
  run_forecast f(o);
  for (int i = 0; i < 1000; ++i) f.add(i % 10 == 0 ? forecast_job::write : forecast_job::settled);
  EXPECT_EQ(f.writes(), 100u);
  EXPECT_EQ(f.reads(), 1001u);
}

// The same work done by the pacer itself, on a clock that is moved by hand.
double by_pacer(const policy::pacer_options& options, std::uint64_t writes, duration reply,
                std::size_t slots) {
  const time_point start{1h};
  policy::pacer p(options, {}, start, 0ns);
  time_point now = start;
  std::deque<std::pair<time_point, policy::pacer::slot>> under_way;
  const auto finish_until = [&](time_point until) {
    while (!under_way.empty() && under_way.front().first <= until) {
      p.closed(under_way.front().second, under_way.front().first, std::nullopt, 0);
      under_way.pop_front();
    }
  };
  for (std::uint64_t i = 0; i < writes; ++i) {
    if (under_way.size() == slots) now = std::max(now, under_way.front().first);
    finish_until(now);
    const auto ticket = p.join(now);
    for (;;) {
      const auto answer = p.acquire(ticket, now);
      if (const auto* slot = std::get_if<policy::pacer::slot>(&answer)) {
        p.sent(*slot, now);
        under_way.emplace_back(now + reply, *slot);
        break;
      }
      auto next = std::get<time_point>(answer);
      if (!under_way.empty()) next = std::min(next, std::max(under_way.front().first, now + 1ns));
      now = next;
      finish_until(now);
    }
  }
  return seconds(now + reply - start);
}

TEST(RunForecast, AgreesWithThePacerToAHundredthOfAPercent) {
  struct {
    std::vector<rate_window> windows;
    duration reply;
    std::uint64_t writes;
    std::uint32_t slots;
  } const table[] = {
      {{{60, 60s}, {20, 10s}}, 100ms, 1'000, 16},
      {{{60, 60s}, {20, 10s}}, 900ms, 500, 4},
      {{{100, 1s}}, 20ms, 5'000, 16},
      {{{5'000, 1s}}, 20ms, 20'000, 512},
      {{{7, 1s}, {30, 5s}}, 250ms, 777, 3},
  };
  for (const auto& t : table) {
    const auto o = blind(t.windows, t.reply, t.slots);
    const auto expected = by_pacer(o.writes, t.writes, t.reply, t.slots);
    EXPECT_NEAR(needed(o, t.writes) - seconds(t.reply), expected, expected * 1e-4 + 1e-6);
  }
}

TEST(RunForecast, HugeLimitsShareEntries) {
  EXPECT_NEAR(needed(blind({{1'000'000, 60s}}, 0ms), 2'000'001), 120, 0.1);
}

TEST(RunForecast, AgesComeFromTheEntriesOfTheKey) {
  std::vector<policy::slot_entry> entries{{0, 0}, {5'000'000'000, 6'000'000'000}, {9'000'000'000, 0}};
  const auto ages = ages_of(entries, 10s);
  ASSERT_EQ(ages.size(), 2u);
  EXPECT_EQ(ages[0], duration{4s});
  EXPECT_EQ(ages[1], duration{0s}) << "in flight: it counts as answered now";
}

TEST(RunForecast, MinutesTellOfWhatTheEntriesHaveForgotten) {
  std::vector<policy::slot_entry> entries{{65'000'000'000, 66'000'000'000}};
  std::vector<policy::minute_entry> minutes(policy::minute_entry::needed);
  policy::minute_entry::count(minutes, 5'000'000'000, 2);
  policy::minute_entry::count(minutes, 66'000'000'000, 1);
  const auto ages = ages_of({entries, minutes}, 100s);
  EXPECT_EQ(ages, (std::vector<duration>{34s, 40s, 40s}));
}

// ---- windows that reads and writes share ----

TEST(RunForecast, ReadsAndWritesTakeFromWhatTheyShare) {
  struct {
    const char* what;
    std::vector<rate_limit> all;
    std::vector<rate_window> writes;
    bool read_first;
    std::uint64_t rows;
    std::uint64_t used_before;  // reads, answered just now
    double hours;
  } const table[] = {
      // The first 5,000 leave at once, each next 5,000 an hour later. Whose key it is, is asked first.
      {"GitHub, an hour that is used up", {{{5'000, 1h}}}, {}, true, 9'999, 5'000, 4},
      {"GitHub, an hour that is not", {{{5'000, 1h}}}, {}, true, 9'999, 0, 3},
      {"its writes alone", {{{5'000, 1h}}}, {}, false, 9'999, 0, 1},
      {"a write a second", {{{5'000, 1h}}}, {{60, 60s}}, false, 9'999, 0, 2.7667},
      {"points: 150 rows a minute", {{{900, 60s}, 1, 5}}, {}, true, 1'500, 899, 10.0 / 60},
      {"reads are free", {{{60, 60s}, 0, 1}}, {}, true, 601, 0, 10.0 / 60},
  };
  for (const auto& t : table) {
    forecast_options o;
    o.writes.windows = t.writes;
    o.writes.shared = o.reads.shared = t.all;
    o.read_first = t.read_first;
    o.past_reads.assign(t.used_before, duration::zero());
    EXPECT_NEAR(needed(o, t.rows) / 3600, t.hours, 0.001) << t.what;
  }
}

// No job begins before every resource was found.
TEST(RunForecast, LookUpsComeFirst) {
  struct {
    const char* what;
    std::uint64_t looked_up;
    std::uint32_t concurrency;
    std::vector<rate_window> reads;
    double expected;  // of two writes, each behind a read of 100 ms, after the question whose key it is
  } const table[] = {{"none", 0, 1, {}, 0.5},
                     {"one after the other", 5, 1, {}, 1.0},
                     {"many at a time", 5, 5, {}, 0.4},
                     {"not a whole turn", 6, 5, {}, 0.5},
                     {"by the limit of reads", 9, 9, {{10, 10s}}, 10.4}};
  for (const auto& t : table) {
    forecast_options o;
    o.reads.windows = t.reads;
    o.reply_time = 100ms;
    o.concurrency = t.concurrency;
    o.looked_up = t.looked_up;
    run_forecast f(o);
    for (int i = 0; i < 2; ++i) f.add(forecast_job::write);
    f.finish();
    EXPECT_NEAR(seconds(f.needed()), t.expected, 0.051) << t.what;
    EXPECT_EQ(f.reads(), 3 + t.looked_up) << t.what;
    EXPECT_EQ(f.writes(), 2u) << t.what;
  }
}

}  // namespace
}  // namespace pawl::plan
