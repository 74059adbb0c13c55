// What happened in time stands in the ledger: throttling, pauses, signals, and a sample of the figures.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace pawl::test {
namespace {

TEST(Events, ThrottlingAndItsPauseAreRecorded) {
  const sandbox_process sandbox{{"--threads", "40", "--limits", "off", "--faults", "r429=0.2"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(40);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "100/s", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  EXPECT_GT(number(read_summary(workspace.files() / "s.json"), "throttled"), 0);
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_NE(sqlite_value(ledger, "select count(*) from event where kind = 'throttled'"), "0");
  EXPECT_NE(sqlite_value(ledger, "select count(*) from event where kind = 'gate'"), "0");
  // A throttled reply is no failed attempt: it is counted in `attempts`, and charged to nobody.
  EXPECT_NE(sqlite_value(ledger, "select count(*) from job where attempts > 1"), "0");
  EXPECT_EQ(sqlite_value(ledger, "select sum(applied) from sample where at = (select max(at) from sample)"),
            "40");
}

TEST(Events, ASignalIsRecorded) {
  const sandbox_process sandbox{{"--threads", "200", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(200)));
  auto run = workspace.start({"run", input.string(), "--rate", "20/1h"});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 10; })) << run.errors();
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait().code, 143);
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from event where kind = 'signal'"),
      "1");
}

}  // namespace
}  // namespace pawl::test
