// The whole quota and not one request more, against a server that counts exactly: also from one process to
// the next.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace pawl::test {
namespace {

const std::vector<std::string> windows{"--rate", "60/10s", "--rate", "20/2s"};

std::vector<std::string> run_command(const std::filesystem::path& input) {
  std::vector<std::string> command{"run", input.string(), "--summary", "s.json"};
  command.insert(command.end(), windows.begin(), windows.end());
  return command;
}

class quota : public ::testing::TestWithParam<const char*> {};

TEST_P(quota, IsNeverExceeded) {
  const sandbox_process sandbox{{"--threads", "130", "--write-limit", "60/10s,20/2s", "--delay", GetParam()}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(130);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run(run_command(input));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(number(sandbox.totals(), "throttled_writes"), 0);
  EXPECT_TRUE(applied(sandbox, jobs));
  // The 121st write may leave two windows of 10 s after the first; the other window asks for less. How near
  // a run comes to that is told in virtual time (PacerPace, these very windows) and on a quiet machine
  // (benchmarks/quota).
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_GE(summary.at("elapsed_s").to_number<double>(), 20.0);
}

// A window so long that no load moves anything out of it: its last write goes out, or the test waits in vain.
TEST(QuotaOfAnHour, IsUsedToItsLastWrite) {
  const sandbox_process sandbox{{"--threads", "50", "--write-limit", "40/1h,20/1s"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(50)));
  auto run = workspace.start({"run", input.string(), "--rate", "40/h", "--rate", "20/s"});
  EXPECT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") == 40; })) << run.errors();
  run.signal(SIGINT);
  EXPECT_EQ(run.wait().code, 130) << run.errors();
  EXPECT_EQ(number(sandbox.totals(), "applied"), 40);
  EXPECT_EQ(number(sandbox.totals(), "throttled_writes"), 0);
}

INSTANTIATE_TEST_SUITE_P(ReplyTimes, quota, ::testing::Values("0ms", "80ms"),
                         [](const auto& tested) { return std::string{tested.param}; });

TEST(QuotaAcrossProcesses, NeitherASecondRunNorOneAfterAKillExceedsIt) {
  const sandbox_process sandbox{{"--threads", "200", "--write-limit", "60/10s,20/2s"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(50);
  // The same values three times: without reading first each row is a write.
  const auto command = [](const std::filesystem::path& input) {
    auto made = run_command(input);
    made.emplace_back("--no-read-first");
    return made;
  };
  const auto first = workspace.input("first.csv", to_csv(jobs));
  const auto second = workspace.input("second.csv", to_csv(jobs));
  const auto third = workspace.input("third.csv", to_csv(jobs));
  EXPECT_EQ(workspace.run(command(first)).exit_code, 0);
  {
    auto killed = workspace.start(command(second));
    ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 75; })) << killed.errors();
    killed.kill();
  }
  EXPECT_EQ(workspace.run(command(second)).exit_code, 0);
  EXPECT_EQ(workspace.run(command(third)).exit_code, 0);
  EXPECT_EQ(number(sandbox.totals(), "throttled_writes"), 0);
}

}  // namespace
}  // namespace pawl::test
