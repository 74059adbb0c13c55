// `--concurrency auto`: as many requests at the same time as the server bears.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gtest/gtest.h>

namespace pawl::test {
namespace {

std::vector<std::string> run_of(const std::filesystem::path& input) {
  return {"run",       input.string(), "--concurrency", "auto",      "--rate",
          "unlimited", "--read-rate",  "unlimited",     "--summary", "s.json"};
}

TEST(AutoConcurrency, GrowsWhereTheServerIsSlowAndNothingQueues) {
  const sandbox_process sandbox{{"--threads", "600", "--limits", "off", "--delay", "50ms"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(600);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  auto arguments = run_of(input);
  arguments.emplace_back("--no-read-first");
  const auto run = workspace.run(arguments);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 600);
  // One after the other it would have opened one connection.
  EXPECT_GE(number(sandbox.totals(), "most_open_connections"), 8);
  EXPECT_LE(number(sandbox.totals(), "most_open_connections"), 512);
  EXPECT_NE(
      sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from event where kind = 'concurrency'"),
      "0");
}

TEST(AutoConcurrency, ReadsAndWritesTogetherEndWithAllRowsApplied) {
  const sandbox_process sandbox{{"--threads", "300", "--limits", "off", "--delay", "20ms", "--delay-jitter",
                                 "20ms", "--faults", "write:slow=0.02,read:slow=0.02", "--slow", "300ms"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(300);
  const auto input = workspace.input("jobs.ndjson", to_ndjson(jobs));
  const auto run = workspace.run(run_of(input));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
}

// Above eight at the same time the server says 503, or 429; both without Retry-After. No row may fail of it.
class AutoConcurrencyAgainst : public ::testing::TestWithParam<const char*> {};

TEST_P(AutoConcurrencyAgainst, StaysBelowWhatTheServerRefuses) {
  const sandbox_process sandbox{{"--threads", "1500", "--limits", "off", "--delay", "30ms", "--max-in-flight",
                                 "8", "--over-status", GetParam()}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(1500);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  auto arguments = run_of(input);
  arguments.emplace_back("--no-read-first");
  const auto run = workspace.run(arguments);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  const auto refused = number(sandbox.totals(), "refused_as_too_many");
  EXPECT_GT(refused, 0);    // the bound was found
  EXPECT_LT(refused, 100);  // and kept: sixteen at the same time would be refused by the thousand
}

INSTANTIATE_TEST_SUITE_P(Cli, AutoConcurrencyAgainst, ::testing::Values("503", "429"),
                         [](const auto& status) { return std::string{"A"} + status.param; });

TEST(AutoConcurrency, KeepsToARateThatIsKnown) {
  const sandbox_process sandbox{{"--threads", "60", "--write-limit", "20/1s"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(60);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--concurrency", "auto", "--rate", "20/s",
                                  "--read-rate", "unlimited", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "throttled"), 0);
}

}  // namespace
}  // namespace pawl::test
