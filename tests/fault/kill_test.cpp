// Killed again and again in the middle of a run: nothing is lost, nothing is recorded that is not so, and no
// more is sent twice than what the ledger could not know of.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace pawl::test {
namespace {

std::int64_t writes_seen(const sandbox_process& sandbox) {
  return number(sandbox.totals(), "applied");
}

TEST(Kill, FiveTimesInAThousandsOfRowsLosesNothing) {
  constexpr std::int64_t rows = 3000;
  const sandbox_process sandbox{
      {"--threads", std::to_string(rows), "--limits", "off", "--delay", "2ms", "--delay-jitter", "5ms"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(rows);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run",    input.string(), "--rate",
                                         "1000/s", "--read-rate",  "unlimited"};
  std::mt19937 random{20261123};
  for (int kill = 1; kill <= 5; ++kill) {
    const auto from = writes_seen(sandbox);
    const auto at = from + 50 + static_cast<std::int64_t>(random() % 400);
    auto run = workspace.start(command);
    ASSERT_TRUE(wait_until([&] { return writes_seen(sandbox) >= at; })) << run.errors();
    run.kill();
    // The server has had time to see that the connections are gone once its count stands still.
    std::int64_t before = -1;
    ASSERT_TRUE(wait_until([&] { return std::exchange(before, writes_seen(sandbox)) == before; }));
    const auto committed =
        std::stoll(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"));
    const auto unknown_to_the_ledger = before - committed;
    EXPECT_GE(unknown_to_the_ledger, 0) << "a row is recorded that was never applied";
    EXPECT_LE(unknown_to_the_ledger, 1000 + 16) << "more than a group and what was in flight";
    EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome <> 'applied'"), "0");
  }
  const auto last = workspace.run(command);
  EXPECT_EQ(last.exit_code, 0) << last.errors;
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"), std::to_string(rows));
  EXPECT_EQ(writes_seen(sandbox), rows) << "what was applied and not recorded is found by reading";
  const auto truth = sandbox.truth();
  for (const auto& job : jobs) {
    const auto& thread = truth.at("threads").at(job.id);
    ASSERT_EQ(thread.at("status").as_string(), job.status) << job.id;
    ASSERT_EQ(thread.at("title").as_string(), job.title) << job.id;
  }
}

TEST(Kill, ARequestThatIsNotReplaySafeIsNeverSentAgain) {
  constexpr std::int64_t rows = 300;
  const sandbox_process sandbox{
      {"--threads", std::to_string(rows), "--limits", "off", "--delay", "5ms", "--delay-jitter", "10ms"}};
  const pawl_workspace workspace{sandbox};
  std::string text = "id,status,notify.slack\n";
  for (const auto& job : make_jobs(rows)) text += job.id + ",open,true\n";
  const auto input = workspace.input("jobs.csv", text);
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run",         input.string(), "--rate", "300/s",
                                         "--read-rate", "unlimited",    "-o",     "timeouts.attempt=6s"};
  for (const std::int64_t at : {40, 110, 200}) {
    auto run = workspace.start(command);
    ASSERT_TRUE(wait_until([&] { return writes_seen(sandbox) >= at; })) << run.errors();
    run.kill();
  }
  const auto last = workspace.run(command);
  EXPECT_TRUE(last.exit_code == 0 || last.exit_code == 1) << last.errors;
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job"), std::to_string(rows));
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome not in ('applied', 'unknown')"),
            "0");
  const auto truth = sandbox.truth();
  for (const auto& [id, thread] : truth.at("threads").as_object()) {
    const auto notified = thread.at("notified").at("slack").to_number<std::int64_t>();
    EXPECT_LE(notified, 1) << id << " was notified twice";
    const auto outcome = sqlite_value(ledger, "select outcome from job where id = '" + std::string{id} + "'");
    if (outcome == "applied") {
      EXPECT_EQ(notified, 1) << id;
    }
  }
}

}  // namespace
}  // namespace pawl::test
