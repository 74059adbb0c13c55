// The checks around the comparison, over campaigns made by hand; and the whole way from real files, with a
// ledger that somebody has edited.
#include "tests/fault/audit/verdict.hpp"

#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>

namespace pawl::audit {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A run of `rows` rows at 100 writes a second that went well.
campaign_result good_campaign(std::size_t rows) {
  campaign_result done;
  done.planned = make_plan({1, rows, 0, false});
  done.runs = 1;
  done.summary["applied"] = rows;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto& row = done.planned.rows[i];
    done.ledger.rows.push_back({i + 1, row.id, "applied", 1});
    done.server.writes.push_back(
        {row.id, row.title, true, false, 0, 1'000'000 + static_cast<std::int64_t>(i) * 10'000});
    done.server.threads[row.id] = {row.status.value_or("open"), row.snoozed_until, row.title,
                                   row.tags.value_or(std::vector<std::string>{}), 0};
  }
  return done;
}

TEST(AuditVerdict, IsGoodForAGoodCampaign) {
  const auto v = judge({}, [] {
    auto done = good_campaign(20);
    done.kills = 3;
    return done;
  }());
  EXPECT_THAT(v.complaints, IsEmpty());
  EXPECT_TRUE(v.good());
}

TEST(AuditVerdict, ChecksTheBookKeepingOfTheRun) {
  campaign_options wanted;
  wanted.kills = 0;
  auto done = good_campaign(20);
  done.summary["applied"] = 19;
  EXPECT_THAT(judge(wanted, done).complaints,
              ElementsAre(HasSubstr("the summary says 19 applied, the ledger 20")));
  done = good_campaign(20);
  done.exit_code = 1;
  EXPECT_THAT(judge(wanted, done).complaints, ElementsAre(HasSubstr("exit code is 1")));
  done = good_campaign(20);
  done.ledger.finished = false;
  EXPECT_THAT(judge(wanted, done).complaints, ElementsAre(HasSubstr("not finished")));
  wanted.kills = 1;
  EXPECT_THAT(judge(wanted, good_campaign(20)).complaints, ElementsAre(HasSubstr("0 of 1 kills")));
}

TEST(AuditVerdict, ChecksThatARunStopsForAPersonOnlyWhereAReplyAsksForOne) {
  campaign_options wanted;
  wanted.kills = 0;
  auto done = good_campaign(20);
  done.stops = 2;
  done.stopped_by = "the file must be mended";
  done.server.stopping = 2;
  EXPECT_THAT(judge(wanted, done).complaints, IsEmpty());
  done.server.stopping = 1;
  EXPECT_THAT(judge(wanted, done).complaints,
              ElementsAre(AllOf(HasSubstr("2 times"), HasSubstr("must be mended"))));
}

TEST(AuditVerdict, ChecksThatAnOutageIsSurvived) {
  campaign_options wanted;
  wanted.kills = 0;
  wanted.outage = std::chrono::seconds{2};
  auto done = good_campaign(100);
  for (std::size_t i = 50; i < 100; ++i) done.server.writes[i].at += 4'000'000;
  const auto first_after = done.server.writes[50].at;
  done.server_back_at = first_after - 4'900'000;
  EXPECT_FALSE(judge(wanted, done).good()) << "no write before the outage";
  done.server_back_at = first_after - 2'000'000;
  EXPECT_THAT(judge(wanted, done).complaints, IsEmpty());
  EXPECT_THAT(judge(wanted, done, {{}, std::chrono::seconds{1}, {}}).complaints,
              ElementsAre(HasSubstr("2.0 s after")));
  auto restarted = done;
  restarted.runs = 2;
  EXPECT_THAT(judge(wanted, restarted).complaints, ElementsAre(HasSubstr("by itself")));
  done.ledger.rows[70].outcome = "unknown";
  done.summary = {{"applied", 99}, {"unknown", 1}};
  done.exit_code = 1;
  EXPECT_THAT(judge(wanted, done).complaints, ElementsAre(HasSubstr("1 rows end otherwise")));
}

TEST(AuditVerdict, ChecksThatAPoisonedRowHoldsNobody) {
  campaign_options wanted;
  wanted.kills = 0;
  wanted.poisoned = true;
  auto done = good_campaign(100);  // row 51 is the poisoned one
  EXPECT_THAT(judge(wanted, done).complaints, ElementsAre("row 51 ended applied"));
  done.server.writes[50].applied = false;
  done.ledger.rows[50].outcome = "failed";
  done.summary = {{"applied", 99}, {"failed", 1}};
  done.exit_code = 1;
  EXPECT_TRUE(judge(wanted, done).good());
  for (std::size_t i = 60; i < 100; ++i) done.server.writes[i].at += 3'000'000;
  EXPECT_THAT(judge(wanted, done).complaints, ElementsAre(HasSubstr("stood still for 3.0 s")));
}

TEST(AuditVerdict, PrintsTheFiguresAndWhatIsWrong) {
  auto done = good_campaign(1200);
  done.totals.writes = 1500;
  done.totals.injected = {{"cut", 300}};
  done.ledger.rows.pop_back();
  campaign_options wanted;
  wanted.kills = 0;
  const auto table = to_table(wanted, done, judge(wanted, done));
  EXPECT_THAT(table, HasSubstr("rows                          1,200"));
  EXPECT_THAT(table, HasSubstr("lost rows                         1"));
  EXPECT_THAT(table, HasSubstr("20.0 % of the requests"));
  EXPECT_THAT(table, HasSubstr("WRONG: lost: row 1200: no outcome"));
}

void edit(const std::filesystem::path& ledger, const char* sql) {
  sqlite3* opened = nullptr;
  ASSERT_EQ(sqlite3_open(ledger.c_str(), &opened), SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db{opened, &sqlite3_close};
  ASSERT_EQ(sqlite3_exec(opened, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(opened);
}

// A real run over real files; then the ledger is edited by hand, and the audit sees it.
TEST(Audit, FindsWhatSomebodyHasEditedInALedger) {
  const auto planned = make_plan({11, 40, 10, false});
  const test::temp_dir files;
  test::sandbox_process sandbox{{"--threads", "40", "--limits", "off", "--journal",
                                 (files / "journal").string(), "--truth", (files / "truth").string()}};
  const test::pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(planned));
  const auto ran = workspace.run({"run", input.string(), "--rate", "unlimited"});
  ASSERT_EQ(ran.exit_code, 0) << ran.errors;
  sandbox.stop();
  server_facts server;
  read_journal(files / "journal", server);
  const auto totals = read_truth(files / "truth", server);
  EXPECT_EQ(totals.writes, 40u);
  const auto ledger = test::pawl_workspace::ledger_of(input);
  const auto true_one = compare(planned, read_ledger(ledger), server);
  for (const auto& found : true_one.findings) ADD_FAILURE() << found.row << ' ' << found.what;
  EXPECT_EQ(true_one.by_outcome.at("applied"), 40u);

  edit(ledger, "update job_data set outcome = 4 where key = 5; delete from job_data where key = 7");
  const auto edited = compare(planned, read_ledger(ledger), server);
  ASSERT_EQ(edited.findings.size(), 2u);
  EXPECT_EQ(edited.findings[0].kind, offence::lie);
  EXPECT_EQ(edited.findings[0].row, 5u);
  EXPECT_EQ(edited.findings[1].kind, offence::lost);
  EXPECT_EQ(edited.findings[1].row, 7u);
}

}  // namespace
}  // namespace pawl::audit
