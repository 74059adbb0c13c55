// What a ledger knows of the writes of the last while.
#include "engine/ledger/database.hpp"
#include "tests/unit/ledger/ledger_writer_fixture.hpp"

#include <gtest/gtest.h>

namespace pawl::ledger {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class RecentWrites : public ledger_writer_test {
 protected:
  const boot_moment at_start{"boot", 1000s};

  // A run of the moment `start`, whose rows were sent that long after it.
  std::int64_t run_with(open_ledger& made,
                        const std::vector<std::pair<std::uint64_t, std::chrono::seconds>>& rows,
                        std::uint64_t writes, std::optional<std::chrono::seconds> ended) {
    const auto id = must(made.file.begin_run(made.generation, "0.1.0", start, at_start));
    ledger_writer writer{context, made.file, made.generation, id, options};
    for (const auto& [row, after] : rows) {
      auto job = applied(row);
      job.sent_at = start + after;
      job.latency_us = 1'000'000;
      job.finished_at = job.sent_at + 1s;
      EXPECT_TRUE(writer.put(job));
    }
    sample_row sample;
    sample.at = start + ended.value_or(0s);
    sample.figures.writes = writes;
    writer.put(sample);
    status drained{failure{}};
    run(context, only_drain(writer, drained));
    must(drained);
    if (ended) must(made.file.end_run(id, start + *ended, 3, "limit", {}));
    return id;
  }
  // As the run after it asks.
  recent_writes ask_at(open_ledger& made, std::chrono::seconds after, const boot_moment& boot = {},
                       duration window = 60s) {
    return must(made.file.writes_before(made.run + 2, window, start + after, boot));
  }
  static std::vector<duration> ages(const recent_writes& found) { return found.ages(1'000); }

  open_ledger begin_without_runs() {
    auto made = begin(path, 1'000);
    must(made.file.end_run(made.run, start - 24h, 0, "finished", {}));
    return made;
  }
};

TEST_F(RecentWrites, AreNoneWhereNothingHasRun) {
  auto made = begin_without_runs();
  EXPECT_TRUE(ages(ask_at(made, 100s)).empty());
}

TEST_F(RecentWrites, OfARunThatEndedAreItsRows) {
  auto made = begin_without_runs();
  run_with(made, {{1, 0s}, {2, 20s}, {3, 29s}}, 3, 30s);
  EXPECT_EQ(ages(ask_at(made, 40s)), (std::vector<duration>{10s, 19s, 39s}));
  EXPECT_EQ(ages(ask_at(made, 70s)), (std::vector<duration>{40s, 49s}))
      << "the first one is out of the window";
  EXPECT_TRUE(ages(ask_at(made, 200s)).empty());
}

TEST_F(RecentWrites, WhatLeftForRowsThatArePendingCountsAsSentAtTheEnd) {
  auto made = begin_without_runs();
  run_with(made, {{1, 0s}}, 3, 30s);
  EXPECT_EQ(ages(ask_at(made, 40s)), (std::vector<duration>{10s, 10s, 39s}));
}

TEST_F(RecentWrites, EveryAttemptCounts) {
  auto made = begin_without_runs();
  {
    const auto id = must(made.file.begin_run(made.generation, "0.1.0", start, at_start));
    ledger_writer writer{context, made.file, made.generation, id, options};
    auto job = applied(7);
    job.sent_at = start;
    job.attempts = 3;
    job.latency_us = 0;
    job.finished_at = start;
    EXPECT_TRUE(writer.put(job));
    status drained{failure{}};
    run(context, only_drain(writer, drained));
    must(drained);
    must(made.file.end_run(id, start, 0, "finished", {}));
  }
  EXPECT_EQ(ages(ask_at(made, 5s)), (std::vector<duration>{5s, 5s, 5s}));
}

TEST_F(RecentWrites, ARunThatWasKilledMayHaveSentAsManyAsItWas) {
  auto made = begin_without_runs();
  run_with(made, {{1, 0s}, {2, 20s}}, 2, std::nullopt);
  const auto soon = ask_at(made, 40s);
  EXPECT_EQ(soon.more, recent_writes::any_number);
  EXPECT_EQ(soon.more_age, 3s)
      << "it died 15 s after its last sign of life, the second row, and what it sent "
         "was on its way for a second";
  EXPECT_EQ(soon.ages(10).size(), 10u);
}

TEST_F(RecentWrites, WhatARunThatWasKilledJustNowHasSentIsStillOnItsWay) {
  auto made = begin_without_runs();
  run_with(made, {{1, 0s}, {2, 20s}}, 2, std::nullopt);
  EXPECT_EQ(ask_at(made, 25s).more_age, -1s);
}

TEST_F(RecentWrites, OneThatWasKilledLongAgoHasSentNothingLately) {
  auto made = begin_without_runs();
  run_with(made, {{1, 0s}, {2, 20s}}, 2, std::nullopt);
  EXPECT_TRUE(ages(ask_at(made, 200s)).empty());
}

TEST_F(RecentWrites, AClockThatWasSetMakesNothingOlder) {
  auto made = begin_without_runs();
  run_with(made, {{1, 0s}}, 1, 1s);
  struct row {
    const char* name;
    std::chrono::seconds by_wall;
    boot_moment boot;
    std::vector<duration> ages;
  };
  const row rows[] = {{"set on by an hour", 3600s, {"boot", 1005s}, {4s}},
                      {"set back", -3600s, {"boot", 1005s}, {0s}},
                      {"as it was", 5s, {"boot", 1005s}, {4s}},
                      {"another boot: the time of day is all there is", 31s, {"other", 5s}, {30s}}};
  for (const auto& r : rows) EXPECT_EQ(ages(ask_at(made, r.by_wall, r.boot)), r.ages) << r.name;
}

}  // namespace
}  // namespace pawl::ledger
