#include "cli/render/progress_line.hpp"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

using namespace std::chrono_literals;
using config::progress_kind;

const time_point start{1000s};

policy::pacer_options productlane_limits() {
  policy::pacer_options o;
  o.windows = {{60, 60s}, {20, 10s}};
  return o;
}

TEST(RateMeter, SaysNothingBeforeASecondIsOver) {
  app::rate_meter meter;
  EXPECT_FALSE(meter.per_second(start));
  meter.read(start, 0);
  meter.read(start + 500ms, 10);
  EXPECT_FALSE(meter.per_second(start + 500ms));
  meter.read(start + 1s, 20);
  ASSERT_TRUE(meter.per_second(start + 1s));
  EXPECT_DOUBLE_EQ(*meter.per_second(start + 1s), 20.0);
}

TEST(RateMeter, LooksBackOneMinute) {
  app::rate_meter meter;
  // 10/s for two minutes, read five times a second, then 1/s for two minutes.
  for (int i = 0; i <= 600; ++i) meter.read(start + i * 200ms, static_cast<std::uint64_t>(2 * i));
  EXPECT_NEAR(*meter.per_second(start + 120s), 10.0, 0.2);
  for (int i = 1; i <= 120; ++i) meter.read(start + 120s + i * 1s, 1200u + static_cast<std::uint64_t>(i));
  EXPECT_NEAR(*meter.per_second(start + 240s), 1.0, 0.01);
}

TEST(Tightest, IsTheWindowWithTheLowestSustainedRate) {
  EXPECT_EQ(tightest(productlane_limits()), (rate_window{60, 60s}));
  EXPECT_FALSE(tightest({}));
}

TEST(Eta, FollowsTheQuotaUntilTheRateIsKnown) {
  // 10,000 writes at 60/min: the last one goes after 166 whole windows.
  EXPECT_EQ(eta(productlane_limits(), 10'000, std::nullopt, 0s), std::optional<duration>{166min});
  // A burst at the start promises nothing that the quota does not.
  EXPECT_EQ(eta(productlane_limits(), 10'000, 20.0, 10s), std::optional<duration>{166min});
  // Slower than the quota: the rate decides.
  EXPECT_EQ(eta(productlane_limits(), 600, 0.5, 30s), std::optional<duration>{1200s});
}

TEST(Eta, IsUnknownWhereNothingIsMeasuredOrNothingMoves) {
  EXPECT_FALSE(eta({}, 100, std::nullopt, 0s));
  EXPECT_FALSE(eta({}, 100, 50.0, 1s));
  EXPECT_EQ(eta({}, 100, 50.0, 10s), std::optional<duration>{2s});
  EXPECT_FALSE(eta(productlane_limits(), 100, 0.0, 60s));
  EXPECT_EQ(eta(productlane_limits(), 0, 0.0, 60s), std::optional<duration>{0s});
}

progress_view busy() {
  progress_view v;
  v.rows = 10'000;
  v.done = 6'113;
  v.failures = 2;
  v.retries = 3;
  v.writes_per_second = 0.982;
  v.limit = rate_window{60, 60s};
  v.eta = 3900s;
  v.waits_for = "quota";
  v.waits_left = 17500ms;
  return v;
}

TEST(ProgressLine, ShowsEverythingWhereThereIsRoom) {
  EXPECT_EQ(render(busy(), 0),
            "6,113/10,000 (61%)  58.9/min of 60/min  3 retries  2 failures  ETA 1 h 05 min  "
            "waiting for quota, 18 s");
}

TEST(ProgressLine, LeavesOutWhatIsNotThere) {
  progress_view v;
  v.rows = 300;
  EXPECT_EQ(render(v, 0), "0/300 (0%)");
  v.done = 300;
  v.writes_per_second = 49.96;
  v.limit = rate_window{50, 1s};
  v.failures = 1;
  EXPECT_EQ(render(v, 0), "300/300 (100%)  50.0/s of 50/s  1 failure");
  v.writes_per_second = 83.3;  // two bursts within little more than a second
  EXPECT_EQ(render(v, 0), "300/300 (100%)  50.0/s of 50/s  1 failure");
  v.limit.reset();
  v.writes_per_second = 8123.4;
  EXPECT_EQ(render(v, 0), "300/300 (100%)  8123/s  1 failure");
  v.at_once = 37;
  EXPECT_EQ(render(v, 0), "300/300 (100%)  8123/s  37 at once  1 failure");
  EXPECT_EQ(render(v, 33), "300/300 (100%)  8123/s  1 failure");
}

TEST(ProgressLine, NeverClaimsAllBeforeAllIsDone) {
  progress_view v;
  v.rows = 10'000;
  v.done = 9'999;
  EXPECT_EQ(render(v, 0), "9,999/10,000 (99%)");
}

TEST(ProgressLine, DropsTheLeastNeededPartsInANarrowTerminal) {
  struct {
    std::size_t width;
    const char* text;
  } table[]{
      {100, "6,113/10,000 (61%)  58.9/min of 60/min  2 failures  ETA 1 h 05 min  waiting for quota, 18 s"},
      {90, "6,113/10,000  58.9/min of 60/min  2 failures  ETA 1 h 05 min  waiting for quota, 18 s"},
      {75, "6,113/10,000  58.9/min of 60/min  2 failures  waiting for quota, 18 s"},
      {60, "6,113/10,000  2 failures  waiting for quota, 18 s"},
      {40, "6,113/10,000  waiting for quota, 18 s"},
      {20, "6,113/10,000"},
      {5, "6,113"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(render(busy(), row.width), row.text);
    EXPECT_LE(render(busy(), row.width).size(), row.width);
  }
}

TEST(ProgressLine, ReadsTheCounters) {
  client::progress_counters c;
  c.rows = 100;
  c.before[outcome::applied] = 10;
  c.before[outcome::refused] = 1;
  c.now[outcome::applied] = 20;
  c.now[outcome::failed] = 2;
  c.figures.retries = 4;
  c.at_once = 37;
  c.waits_for = "the API to come back";
  c.waits_until = start + 5s;
  c.started = start;
  const auto v = look(c, productlane_limits(), {}, start + 1s);
  EXPECT_EQ(v.rows, 100u);
  EXPECT_EQ(v.at_once, 37u);
  EXPECT_EQ(v.done, 33u);
  EXPECT_EQ(v.failures, 3u);
  EXPECT_EQ(v.waits_left, std::optional<duration>{4s});
  EXPECT_EQ(render(v, 0),
            "33/100 (33%)  37 at once  4 retries  3 failures  ETA 1 min 00 s  waiting for the API to come "
            "back, 4 s");
}

TEST(ProgressInterval, IsTenSecondsForTenMinutesThenAMinute) {
  EXPECT_EQ(progress_interval(progress_kind::plain, 0s), 10s);
  EXPECT_EQ(progress_interval(progress_kind::plain, 599s), 10s);
  EXPECT_EQ(progress_interval(progress_kind::plain, 600s), 60s);
  EXPECT_EQ(progress_interval(progress_kind::line, 3h), 200ms);
}

TEST(ChooseProgress, KnowsTerminalsPipesAndQuiet) {
  struct {
    progress_kind wanted;
    bool can_redraw;
    int verbosity;
    progress_kind chosen;
  } table[]{
      {progress_kind::automatic, true, 0, progress_kind::line},
      {progress_kind::automatic, false, 0, progress_kind::plain},
      {progress_kind::automatic, true, -1, progress_kind::none},
      {progress_kind::line, false, 0, progress_kind::plain},
      {progress_kind::line, true, -1, progress_kind::line},
      {progress_kind::none, true, 0, progress_kind::none},
      {progress_kind::plain, true, 0, progress_kind::plain},
  };
  for (const auto& row : table)
    EXPECT_EQ(choose_progress(row.wanted, row.can_redraw, row.verbosity), row.chosen);
}

}  // namespace
}  // namespace pawl::cli
