// Faults that are written down for one row: what the ledger says of it afterwards.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::test {
namespace {

struct scripted_row {
  const char* name;
  const char* script;
  const char* outcome;
  bool applied;  // in the end, by the server's truth
};

class scripted_faults : public ::testing::TestWithParam<scripted_row> {};

TEST_P(scripted_faults, EndInATrueOutcome) {
  const auto& given = GetParam();
  const sandbox_process sandbox{{"--threads", "20", "--limits", "off", "--slow", "50ms", "--script",
                                 std::string{"thr_000017="} + given.script}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(20);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "unlimited", "-o", "retry.base=10ms"});
  EXPECT_EQ(run.exit_code, std::string{given.outcome} == "applied" ? 0 : 1) << run.errors;
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger, "select outcome from job where row = 17"), given.outcome) << run.errors;
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied' and row <> 17"), "19");
  EXPECT_EQ(number(sandbox.thread("thr_000017"), "applied") > 0, given.applied);
  EXPECT_EQ(sandbox.thread("thr_000017").at("title").as_string() == jobs[16].title, given.applied);
}

INSTANTIATE_TEST_SUITE_P(
    ScriptedFaults, scripted_faults,
    ::testing::Values(scripted_row{"DropAfterApplyingThen500ThenFine", "drop-after,e500,ok", "applied", true},
                      scripted_row{"EveryKindOfSilence", "drop-before,cut,garbage,garbage-http,ok", "applied",
                                   true},
                      scripted_row{"TwoAtOnce", "drop-after+slow,e500+close,cut+slow,ok", "applied", true},
                      scripted_row{"ThrottledAgainAndAgain", "r429,e503-retry,r429,ok", "applied", true}),
    [](const auto& each) { return each.param.name; });

// Its goodbye comes in the same flight as the reply: a connection that was heard just now is dead all the
// same.
TEST(Faults, AServerThatHangsUpAfterEveryReplyIsWorkedWith) {
  const sandbox_process sandbox{{"--threads", "200", "--limits", "off", "--faults", "close=1"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(200)));
  const auto run = workspace.run(
      {"run", input.string(), "--rate", "unlimited", "-o", "retry.base=10ms", "-o", "breaker.patience=20s"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from job where outcome = 'applied'"),
      "200");
}

// A connection is taken half a second before its write is due, and closed in that time. That is seen before
// anything is sent, so nothing has to be sent again. (On a machine that stalls for a while the server's time
// to close is over before or after; then there is nothing to see, and the run is as good.)
TEST(IdleConnections, ThatEndWhileAWriteWaitsForItsTurnCostNoAttempt) {
  const sandbox_process sandbox{{"--threads", "4", "--limits", "off", "--idle-close", "750ms"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input(
      "jobs.csv", "id,title\nthr_000001,one\nthr_000002,two\nthr_000003,three\nthr_000004,four\n");
  const auto run =
      workspace.run({"run", input.string(), "--rate", "1/s", "--concurrency", "1", "--no-read-first"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select group_concat(attempts) from job"),
            "1,1,1,1");
  EXPECT_EQ(number(sandbox.totals(), "applied"), 4);
  // One ended before each write, so there was something to see.
  EXPECT_GE(number(sandbox.totals(), "connections"), 4);
}

}  // namespace
}  // namespace pawl::test
