// What only time brings about in a run: deadlines, patience, probes, and what a run waits for.
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"
#include "tests/shells/run/run_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;
using pawl::testing::answer;
using pawl::testing::reply;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::rows;
using testing::run_stage;
using ::testing::StartsWith;

std::int64_t seconds(duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

answer slow_down(const char* seconds) {
  auto a = reply(429, R"({"error":{"code":"slow_down","message":"no"}})");
  a.headers.emplace_back("Retry-After", seconds);
  return a;
}
answer down() {
  return reply(500, R"({"error":{"code":"oops","message":"down"}})");
}

// The reads are answered, the writes never are. `asked` counts these.
void leave_writes_unanswered(run_stage& s, std::size_t& asked) {
  s.network.serve = [&](const auto& request) {
    auto a = s.api.serve(request);
    if (request.line.starts_with("PATCH")) {
      ++asked;
      a.takes = 24h;
    }
    return a;
  };
}

TEST(RunWatch, GivesUpWhatIsOnTheWireWhenDrainingTakesTooLong) {
  run_stage s(true);
  std::size_t asked = 0;
  leave_writes_unanswered(s, asked);
  s.options.transport.attempt_timeout = 10min;
  s.begin();
  s.run_until([&] { return asked == 2; });
  const auto told = clock::now();
  s.runner->stop(stop_kind::drain, "signal");
  s.end();
  EXPECT_EQ(seconds(clock::now() - told), 20) << "drain_timeout";
  EXPECT_EQ(s.report->stop_reason, "signal");
  EXPECT_EQ(s.recorded(), 0u);
  EXPECT_EQ(s.book.intents.size(), 2u) << "the next run looks at both";
}

TEST(RunWatch, WaitsForNothingOnTheWireWhenItIsToStopAtOnce) {
  run_stage s(true);
  std::size_t asked = 0;
  leave_writes_unanswered(s, asked);
  s.begin();
  s.run_until([&] { return asked == 2; });
  const auto told = clock::now();
  s.runner->stop(stop_kind::now, "signal");
  s.end();
  EXPECT_LT(clock::now() - told, 1s);
  EXPECT_EQ(s.recorded(), 0u);
  EXPECT_EQ(s.book.intents.size(), 2u) << "the next run looks at both";
}

TEST(RunWatch, EndsARequestAtItsDeadline) {
  run_stage s(false);
  std::size_t asked = 0;
  s.network.serve = [&](const auto& request) {
    auto a = s.api.serve(request);
    if (asked++ == 0) a.takes = 24h;
    return a;
  };
  const auto began = clock::now();
  s.begin();
  s.end();
  EXPECT_TRUE(s.report->finished);
  EXPECT_EQ(s.report->counts[outcome::applied], rows);
  EXPECT_GE(clock::now() - began, s.options.transport.attempt_timeout);
  EXPECT_EQ(s.report->figures.retries, 1u);
}

TEST(RunWatch, StopsWhenPatienceEnds) {
  run_stage s(false);
  s.network.serve = [](const auto&) { return down(); };
  s.options.stop.patience = 5min;
  s.begin();
  const auto began = clock::now();
  s.end();
  EXPECT_EQ(s.report->stop_reason, "outage");
  EXPECT_EQ(s.recorded(), 0u) << "an outage is no row's fault";
  ASSERT_TRUE(s.report->error);
  EXPECT_EQ(s.report->error->kind, failure_kind::later);
  EXPECT_THAT(s.report->error->what, HasSubstr("500"));
  EXPECT_NEAR(static_cast<double>(seconds(clock::now() - began)), 300, 2);
  EXPECT_THAT(s.book.events, Contains(StartsWith("breaker: ")));
  EXPECT_THAT(s.book.events, Contains(StartsWith("outage: ")));
}

TEST(RunWatch, ProbesAnApiThatIsDownAndGoesOnWhenItIsBack) {
  run_stage s(false);
  bool is_up = false;
  s.network.serve = [&](const auto& request) { return is_up ? s.api.serve(request) : down(); };
  s.begin();
  s.run_until([&] { return !s.network.requests.empty() && s.network.requests.back().line == "GET /v1/me"; });
  const auto before = s.network.requests.size();
  s.run_until([&] { return clock::now() > s.network.requests[before - 1].at + 1min; });
  for (std::size_t n = before; n < s.network.requests.size(); ++n)
    EXPECT_EQ(s.network.requests[n].line, "GET /v1/me") << "the breaker holds every row";
  is_up = true;
  s.end();
  EXPECT_TRUE(s.report->finished);
  EXPECT_EQ(s.report->counts[outcome::applied], rows);
}

TEST(RunWatch, StopsWhereTheApiAsksForALongerPauseThanAllowed) {
  run_stage s(false);
  s.network.serve = [](const auto&) { return slow_down("3600"); };
  s.options.stop.max_wait = 15min;
  s.begin();
  const auto now = wall_now();
  s.end();
  EXPECT_EQ(s.report->stop_reason, "throttled");
  ASSERT_TRUE(s.report->resume_at);
  EXPECT_NEAR(std::chrono::duration<double>(*s.report->resume_at - now).count(), 3600, 2);
  EXPECT_EQ(s.recorded(), 0u);
}

// The row alone is told to wait, so the others are done first.
TEST(RunWatch, StopsWhereOnlyRowsAreLeftThatHaveToWaitForLonger) {
  run_stage s(false);
  api::status_rule locked;
  locked.statuses = {{423, 423}};
  locked.then = api::verdict::throttled;
  locked.scope = api::wait_scope::of_id;
  s.profile.rules = {locked};
  s.network.serve = [&](const auto& request) {
    if (!request.line.ends_with("/t2")) return s.api.serve(request);
    auto a = reply(423, R"({"error":{"code":"locked","message":"no"}})");
    a.headers.emplace_back("Retry-After", "3600");
    return a;
  };
  s.options.stop.max_wait = 15min;
  s.begin();
  const auto began = clock::now();
  const auto now = wall_now();
  s.end();
  EXPECT_EQ(s.report->stop_reason, "throttled");
  EXPECT_EQ(s.report->counts[outcome::applied], rows - 1);
  EXPECT_LT(seconds(clock::now() - began), 5) << "nobody waited for the row";
  EXPECT_EQ(s.report->figures.throttled, 0u);
  ASSERT_TRUE(s.report->resume_at);
  EXPECT_NEAR(std::chrono::duration<double>(*s.report->resume_at - now).count(), 3600, 2);
  ASSERT_TRUE(s.report->error);
  EXPECT_THAT(s.report->error->what, HasSubstr("the row that could go on has to wait"));
}

// Within max_wait it is waited for, and sent again when it said so.
TEST(RunWatch, ARowThatHasToWaitHoldsUpNoOther) {
  run_stage s(false);
  api::status_rule locked;
  locked.statuses = {{423, 423}};
  locked.then = api::verdict::throttled;
  locked.wait = {{api::wait_source::kind::retry_after, {}}, {api::wait_source::kind::time, 20s}};
  locked.scope = api::wait_scope::of_id;
  s.profile.rules = {locked};
  std::vector<time_point> asked;
  time_point others_done{};
  s.network.serve = [&](const auto& request) {
    if (!request.line.ends_with("/t2")) {
      others_done = clock::now();
      return s.api.serve(request);
    }
    asked.push_back(clock::now());
    return asked.size() < 3 ? reply(423, R"({"error":{"code":"locked","message":"no"}})")
                            : s.api.serve(request);
  };
  s.begin();
  const auto began = clock::now();
  s.end();
  EXPECT_EQ(s.report->counts[outcome::applied], rows);
  EXPECT_LT(seconds(others_done - began), 5);
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_GE(asked[1] - asked[0], 20s);
  EXPECT_GE(asked[2] - asked[1], 40s);
  EXPECT_LT(asked[2] - asked[1], 60s);
}

TEST(RunWatch, SitsOutAPauseThatTheApiAsksForAndSaysSo) {
  run_stage s(false);
  s.network.answers = {slow_down("30")};
  s.begin();
  s.run_until([&] { return !s.progress.waits_for.empty(); });
  EXPECT_EQ(s.progress.waits_for, "the pause that the API asked for (Retry-After)");
  const auto asked = s.network.requests.size();
  s.end();
  EXPECT_EQ(s.report->counts[outcome::applied], rows);
  EXPECT_GE(s.network.requests[asked].at - s.network.requests[0].at, 30s);
  EXPECT_EQ(s.report->figures.throttled, 1u);
}

TEST(RunWatch, GoesOnWithTheNewKeyWhereTheOldOneIsRefused) {
  run_stage s(false);
  int asked = 0;
  s.key = [&]() -> expected<secret> {
    return secret{asked++ == 0 ? "the-key-of-yesterday" : "the-key-of-today"};
  };
  s.network.serve = [&](const auto& request) {
    if (request.text.find("the-key-of-today") == std::string::npos)
      return reply(401, R"({"error":{"code":"bad_key","message":"no"}})");
    return s.api.serve(request);
  };
  s.begin();
  s.end();
  EXPECT_TRUE(s.report->finished);
  EXPECT_EQ(s.report->counts[outcome::applied], rows);
}

TEST(RunWatch, StopsWhereAnotherQuotaFileStandsInThePlaceOfItsOwn) {
  const pawl::ledger::testing::temporary_directory directory;
  run_stage s(false);
  s.options.writes.windows = {{1, 10s}};
  auto own = client::quota_file::open(directory.path(), "api.test", secret{"key"}, s.options.writes,
                                      s.options.reads);
  ASSERT_TRUE(own) << to_string(own.error());
  s.quota = &*own;
  s.begin();
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    const auto path = entry.path();
    std::filesystem::remove(path);
    std::ofstream(path) << "somebody else's";
  }
  s.end();
  EXPECT_EQ(s.report->stop_reason, "quota_file");
  ASSERT_TRUE(s.report->error);
  EXPECT_FALSE(s.report->finished);
}

TEST(RunWatch, TakesSamplesWhileItRunsAndALastOne) {
  run_stage s(false);
  s.options.writes.windows = {{1, 10s}};
  s.begin();
  s.end();
  EXPECT_EQ(s.report->counts[outcome::applied], rows);
  EXPECT_GE(s.book.samples.size(), 3u) << "forty seconds of it";
  EXPECT_EQ(s.book.samples.back(), rows);
}

}  // namespace
}  // namespace pawl::run
