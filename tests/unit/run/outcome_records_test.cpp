#include "engine/run/outcome_records.hpp"

#include "engine/run/left_intents.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;

TEST(OutcomeRecords, AJobAtItsEnd) {
  const api::profile profile;
  api::reply_reader reader{profile};
  const policy::step_options options;
  job_in_hand job{profile, reader, nullptr, options};
  job.job.row = 7;
  job.job.id = "t7";
  job.job.raw = "t7,done";
  job.sent_at = wall_time{1h};
  job.latency_us = 1500;
  policy::action::finish end{};
  end.result = outcome::mismatch;
  end.how = verified::partial;
  end.note = {200, "mismatch", "the reply shows status = open", "req_1"};
  const auto record = record_of(job, end);
  EXPECT_EQ(record.row, 7u);
  EXPECT_EQ(record.id, "t7");
  EXPECT_EQ(record.outcome, outcome::mismatch);
  EXPECT_EQ(record.verified, verified::partial);
  EXPECT_EQ(record.http_status, 200);
  EXPECT_EQ(record.error_code, "mismatch");
  EXPECT_EQ(record.error_message, "the reply shows status = open");
  EXPECT_EQ(record.request_id, "req_1");
  EXPECT_EQ(record.attempts, 0u);
  EXPECT_EQ(record.sent_at, wall_time{1h});
  EXPECT_EQ(record.latency_us, 1500u);
  EXPECT_EQ(record.raw, "t7,done");
}

TEST(OutcomeRecords, ARowThatIsWrongByItself) {
  row_error bad;
  bad.row = 3;
  bad.id = "t3";
  bad.raw = "t3,dnoe";
  bad.complaints.emplace_back();
  bad.complaints.back().column = "status";
  bad.complaints.back().what = "not one of open, done";
  std::string words;
  const auto record = record_of(bad, words);
  EXPECT_EQ(record.row, 3u);
  EXPECT_EQ(record.id, "t3");
  EXPECT_EQ(record.outcome, outcome::invalid);
  EXPECT_EQ(record.error_code, "invalid_row");
  EXPECT_EQ(record.error_message, "status: not one of open, done");
  EXPECT_EQ(record.raw, "t3,dnoe");
  EXPECT_EQ(record.attempts, 0u);
}

TEST(OutcomeRecords, ARowThatAPageShowsToNeedNoWrite) {
  job_view job;
  job.row = 5;
  job.id = "t5";
  auto record = record_of(job, policy::needless{outcome::unchanged, verified::full});
  EXPECT_EQ(record.row, 5u);
  EXPECT_EQ(record.id, "t5");
  EXPECT_EQ(record.outcome, outcome::unchanged);
  EXPECT_EQ(record.verified, verified::full);
  EXPECT_EQ(record.http_status, 0);
  EXPECT_EQ(record.error_code, "");
  record = record_of(job, policy::needless{outcome::skipped, verified::none, "status is \"done\""});
  EXPECT_EQ(record.outcome, outcome::skipped);
  EXPECT_EQ(record.verified, verified::none);
  EXPECT_EQ(record.http_status, 200);
  EXPECT_EQ(record.error_code, "precondition");
  EXPECT_EQ(record.error_message, "status is \"done\"");
}

TEST(LeftIntents, OfEachRowTheLastCounts) {
  std::vector<ledger::intent_row> rows(3);
  rows[0].row = rows[2].row = 4;
  rows[1].row = 9;
  rows[0].new_values = "old";
  rows[2].new_values = "new";
  const auto left = by_row(std::move(rows));
  EXPECT_EQ(left.size(), 2u);
  EXPECT_EQ(left.at(4).new_values, "new");
  EXPECT_TRUE(left.contains(9));
}

TEST(LeftIntents, ARequestLeftAsLongAgoAsTheBootClockProves) {
  constexpr time_point began{1000s};
  const boot_moment now{"boot", 60s};
  struct {
    boot_moment sent;
    time_point by;
  } const rows[] = {{{"boot", 20s}, began - 40s},
                    {{"another", 20s}, began},
                    {{"", 20s}, began},
                    {{"boot", 0s}, began},
                    {{"boot", 90s}, began}};
  for (const auto& row : rows) {
    ledger::intent_row intent;
    intent.sent = row.sent;
    intent.was_read = true;
    intent.old_values = "{}";
    intent.new_values = R"({"status":"done"})";
    intent.updated_at = "1";
    const auto left = left_by(intent, began, now);
    EXPECT_EQ(left.sent_by, row.by) << row.sent.boot_id;
    EXPECT_TRUE(left.was_read);
    EXPECT_EQ(left.old_values, "{}");
    EXPECT_EQ(left.new_values, R"({"status":"done"})");
    EXPECT_EQ(left.updated_at, "1");
  }
}

}  // namespace
}  // namespace pawl::run
