// Rows that wait for their proof hold up nobody else: neither a slot nor a connection is theirs meanwhile.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/thread_rows.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

namespace pawl::test {
namespace {

// Forty rows reach people and get no reply, so none of them may be sent again before a read has told
// what became of it: an hour later here (timeouts.attempt), which is longer than any machine takes for the
// 2,000 rows behind them. If one of these waited for one of those, the test would wait in vain.
TEST(WaitingRows, DoNotHoldUpTheRowsBehindThem) {
  constexpr std::int64_t notifying = 40, plain = 2000;
  std::vector<std::string> arguments{"--threads", std::to_string(notifying + plain), "--limits", "off"};
  std::string rows = "id,title,notify.slack\n";
  for (std::int64_t i = 1; i <= notifying + plain; ++i) {
    const auto id = thread_id(static_cast<std::size_t>(i));
    rows += id + ",New title " + std::to_string(i) + (i <= notifying ? ",true\n" : ",\n");
    if (i <= notifying) arguments.insert(arguments.end(), {"--script", id + "=drop-before"});
  }
  const sandbox_process sandbox{arguments};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", rows);
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{
      "run",           input.string(), "--rate",     "400/s", "--read-rate", "unlimited",
      "--concurrency", "16",           "--progress", "none",  "-o",          "timeouts.attempt=1h"};
  {
    auto run = workspace.start(command);
    const auto all_seen = [&] { return number(sandbox.totals(), "applied") == plain; };
    EXPECT_TRUE(wait_until(all_seen, std::chrono::minutes{3})) << run.errors();
    run.signal(SIGINT);
    EXPECT_EQ(run.wait().code, 130) << run.errors();
  }
  const auto ended = [&](const std::string& where) {
    return sqlite_value(ledger, "select count(*) from job where outcome = 'applied' and row " + where);
  };
  EXPECT_EQ(ended("> " + std::to_string(notifying)), std::to_string(plain));
  EXPECT_EQ(ended("<= " + std::to_string(notifying)), "0");

  // The hour is over, by the only clock that pawl believes in this.
  sqlite_change(ledger, "update intent set sent_boot_us = sent_boot_us - 3600000000");
  const auto last = workspace.run(command);
  EXPECT_EQ(last.exit_code, 0) << last.errors;
  EXPECT_EQ(ended("> 0"), std::to_string(notifying + plain));
  EXPECT_EQ(number(sandbox.totals(), "notices"), notifying) << "nobody was told twice";
  EXPECT_EQ(number(sandbox.totals(), "applied"), notifying + plain);
}

}  // namespace
}  // namespace pawl::test
