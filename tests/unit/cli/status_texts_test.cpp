#include "cli/render/status_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr wall_time noon{std::chrono::microseconds{1'767'323'045'000'000}};

app::ledger_state example() {
  app::ledger_state s;
  s.ledger_path = "jobs.csv.ledger";
  s.generation.id = 1;
  s.generation.target = {"productlane", "https://h/api/v2", "ws_1"};
  s.generation.input_path = "/data/jobs.csv";
  s.generation.rows = 1000;
  s.generation.started = noon;
  s.counts[outcome::applied] = 390;
  s.counts[outcome::refused] = 10;
  s.errors = {{"not_found", 10}};
  s.runs = 2;
  s.last_run.emplace();
  s.last_run->started = noon + 100s;
  s.last_run->who = {"a-host", "me"};
  s.last_run->version = "0.2.0";
  s.seal = "8b0c";
  s.now = noon + 120s;
  s.done_before_run = 200;
  return s;
}

TEST(StatusLines, OfARunThatGoesOnTellRateAndEta) {
  auto s = example();
  s.runner = "pid 17 (pawl run), started 2026-01-02T03:05:45Z";
  EXPECT_THAT(
      status_lines(s),
      ElementsAre("jobs.csv.ledger: generation 1, running: pid 17 (pawl run), started 2026-01-02T03:05:45Z",
                  "target: productlane https://h/api/v2 (account ws_1)", "input:  /data/jobs.csv",
                  "rows:   1,000: 390 applied, 10 refused, 600 pending",
                  "runs:   2 runs, the last began on 2026-01-02 03:05:45 UTC; by me@a-host, pawl 0.2.0",
                  "seal:   8b0c", "rate:   10/s, ETA 1 min 00 s", "errors: not_found: 10 rows"));
  s.samples.resize(1);
  s.samples.front().rate = 2;
  s.samples.front().waits_for = "quota";
  EXPECT_THAT(status_lines(s), Contains("rate:   2.0/s, ETA 5 min 00 s, waiting for quota"));
  s.samples.front().rate = 0;
  EXPECT_THAT(status_lines(s), Contains("rate:   0.0/s, waiting for quota"));
}

TEST(StatusLines, TellTheRateOfTheLastMinuteAgainstTheLimit) {
  auto s = example();
  s.runner = "pid 17 (pawl run), started 2026-01-02T03:05:45Z";
  s.generation.settings = R"({"limits.write":"60/min,20/10s"})";
  for (const auto& [after, writes] : {std::pair{90s, 88u}, {80s, 78u}, {30s, 30u}, {20s, 22u}}) {
    auto& sample = s.samples.emplace_back();
    sample.at = s.last_run->started + after;
    sample.figures.writes = writes;
    sample.rate = 0.1;
  }
  EXPECT_THAT(status_lines(s), Contains("rate:   58.0/min of 60/min, ETA 10 min 21 s"));
}

TEST(StatusLines, OfAKilledRunSaySo) {
  const auto all = status_lines(example());
  EXPECT_THAT(all, Contains("jobs.csv.ledger: generation 1, not finished: the same command goes on"));
  EXPECT_THAT(all, Contains(HasSubstr("and was killed")));
}

TEST(StatusLines, OfAnEndedRunTellItsEnd) {
  auto s = example();
  s.last_run->ended = noon + 110s;
  s.last_run->exit_code = 3;
  s.last_run->stop_reason = "throttled";
  EXPECT_THAT(status_lines(s),
              Contains(HasSubstr("ended on 2026-01-02 03:05:55 UTC: throttled, exit code 3")));
  s.generation.finished = noon + 110s;
  EXPECT_THAT(status_lines(s), Contains(HasSubstr("finished on 2026-01-02 03:05:55 UTC")));
}

TEST(StatusJson, HasTheNamesOfTheSummaryAndItsOwn) {
  EXPECT_EQ(
      app::status_json(example()),
      "{\"rows\": 1000, \"applied\": 390, \"unchanged\": 0, \"skipped\": 0, \"superseded\": 0, \"refused\": "
      "10, "
      "\"mismatch\": 0, \"failed\": 0, \"unknown\": 0, \"invalid\": 0, \"pending\": 600, \"generation\": 1, "
      "\"ledger\": \"jobs.csv.ledger\", \"target\": \"productlane https://h/api/v2 (account ws_1)\", "
      "\"input\": \"/data/jobs.csv\", \"started_at\": \"2026-01-02T03:04:05.000Z\", \"finished_at\": null, "
      "\"running\": false, \"rate_per_s\": null, \"eta_s\": null, \"waits_for\": null, \"runs\": 2, "
      "\"run_started_at\": \"2026-01-02T03:05:45.000Z\", \"run_ended_at\": null, \"run_exit_code\": null, "
      "\"run_stop_reason\": null, \"run_host\": \"a-host\", \"run_user\": \"me\", \"run_version\": "
      "\"0.2.0\", "
      "\"seal\": \"8b0c\", \"errors\": {\"not_found\": 10}}\n");
}

}  // namespace
}  // namespace pawl::cli
