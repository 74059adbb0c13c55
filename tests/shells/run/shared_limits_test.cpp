// Runs under limits that reads and writes share, and under those of one resource.
#include "engine/sys/clock.hpp"
#include "tests/shells/run/run_stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;
using testing::model_api;
using testing::rows;
using testing::run_stage;

std::unique_ptr<run_stage> under(std::vector<rate_limit> shared, std::vector<rate_limit> each) {
  auto s = std::make_unique<run_stage>(true);
  s->options.writes.shared = s->options.reads.shared = std::move(shared);
  s->options.writes.each = s->options.reads.each = std::move(each);
  s->limit({});
  return s;
}

std::vector<time_point> times_of(const run_stage& s, std::string_view begin, std::string_view end = "") {
  std::vector<time_point> at;
  for (const auto& r : s.network.requests)
    if (r.line.starts_with(begin) && r.line.ends_with(end)) at.push_back(r.at);
  return at;
}

TEST(SharedLimits, ReadsAndWritesTogetherStayWithinThemAndNoReadIsInVain) {
  const auto s = under({{{3, 1s}}}, {});
  s->begin();
  s->end();
  EXPECT_TRUE(s->report->finished);
  EXPECT_EQ(s->report->figures.reads, rows);
  EXPECT_EQ(s->report->figures.writes, rows);
  const auto at = times_of(*s, "");
  for (std::size_t i = 3; i < at.size(); ++i) EXPECT_GE(at[i] - at[i - 3], 1s) << i;
  EXPECT_LT(at.back() - at.front(), 5s) << "ten requests, three a second";
}

TEST(SharedLimits, StopWhereverARunIsToldTo) {
  const auto whole = [] {
    const auto s = under({{{3, 1s}}}, {});
    s->begin();
    s->end();
    return s->steps();
  }();
  for (const auto kind : {stop_kind::drain, stop_kind::now})
    for (std::size_t n = 0; n < whole; ++n) {
      SCOPED_TRACE(n);
      const auto s = under({{{3, 1s}}}, {});
      s->begin();
      s->run_until([&] { return s->report || s->steps() >= n; });
      if (s->report) break;
      const auto told = clock::now();
      s->runner->stop(kind, "signal");
      s->end();
      EXPECT_LT(clock::now() - told, 1s);
      if (::testing::Test::HasFailure()) return;
    }
}

// A row that is to be sent again waits for its own resource, and the others go on.
TEST(EachLimits, ParkTheRowThatHasToWaitAndNotTheLine) {
  for (const auto& mishap : model_api::mishaps()) {
    if (mishap.name != "500, not applied") continue;
    const auto s = under({}, {{{1, 30s}, 0, 1}});
    s->options.concurrency = 1;
    s->api.what = &mishap;
    s->api.mishap_at = 1;  // the first write
    s->begin();
    s->end();
    EXPECT_TRUE(s->report->finished) << s->report->stop_reason;
    EXPECT_EQ(s->report->counts[outcome::applied], rows);
    const auto writes = times_of(*s, "PATCH", "/t1");
    ASSERT_EQ(writes.size(), 2u);
    EXPECT_GE(writes[1] - writes[0], 30s);
    EXPECT_LT(writes[1] - writes[0], 32s);
    for (const auto* id : {"/t2", "/t3", "/t4", "/t5"})
      EXPECT_LT(times_of(*s, "PATCH", id).front(), writes[0] + 5s) << id;
  }
}

// Where a read and a write never fit together, the write follows while its read is fresh (settings refuse
// longer windows).
TEST(SharedLimits, ThatHoldOneRequestOfAShortTimeServeReadsAndWritesInTurn) {
  for (const std::uint32_t concurrency : {1U, 2U, 16U}) {
    SCOPED_TRACE(concurrency);
    const auto s = under({{{1, 1s}}}, {});
    s->options.concurrency = concurrency;
    s->begin();
    s->end();
    EXPECT_TRUE(s->report->finished) << s->report->stop_reason;
    EXPECT_EQ(s->report->counts[outcome::applied], rows);
  }
}

// Nothing ever comes of it: the run ends, and says so.
TEST(SharedLimits, ThatNeverLetAWriteFollowItsReadEndTheRun) {
  const auto s = under({{{1, 10s}}}, {});
  s->options.concurrency = 1;
  s->begin();
  s->run_to_the_end();
  ASSERT_TRUE(s->report);
  EXPECT_EQ(s->report->stop_reason, "no_progress");
}

// Or the write would wait for longer than its read is fresh. The pause after the failure is of random length:
// one of four is so short that what was read before it still serves.
TEST(EachLimits, AReadThatCountsLeavesWhenItsWriteMayFollow) {
  const auto is_failure = [](const auto& mishap) { return mishap.name == "500, not applied"; };
  const auto all = model_api::mishaps();
  const auto failure = std::ranges::find_if(all, is_failure);
  ASSERT_NE(failure, all.end());
  for (int tries = 1;; ++tries) {
    ASSERT_LT(tries, 30);
    const auto s = under({}, {{{3, 60s}, 1, 1}});
    s->options.concurrency = 1;
    s->api.what = &*failure;
    s->api.mishap_at = 1;  // the first write
    s->options.retry.base_after_5xx = 20s;
    s->begin();
    s->end();
    EXPECT_TRUE(s->report->finished) << s->report->stop_reason;
    EXPECT_EQ(s->report->counts[outcome::applied], rows);
    const auto reads = times_of(*s, "GET", "/t1"), writes = times_of(*s, "PATCH", "/t1");
    ASSERT_EQ(writes.size(), 2u);
    if (reads.size() == 1) continue;
    EXPECT_EQ(s->report->figures.reads, rows + 1) << "none was made in vain";
    ASSERT_EQ(reads.size(), 2u);
    EXPECT_GE(reads[1] - reads[0], 60s);
    EXPECT_LT(writes[1] - reads[1], 5s);
    break;
  }
}

}  // namespace
}  // namespace pawl::run
