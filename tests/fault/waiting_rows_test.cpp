// Rows that wait for their proof hold up nobody else: neither a slot nor a connection is theirs meanwhile.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/thread_rows.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::test {
namespace {

using std::chrono::seconds;

// Forty rows reach people and get half a reply each, so none of them may be sent again before a read has told
// what became of it. Behind them are 2,000 rows that want nothing but quota: 20.4 s of it, at 100 a second.
TEST(WaitingRows, DoNotHoldUpTheRowsBehindThem) {
  constexpr std::int64_t notifying = 40, plain = 2000;
  // Chosen: the quota's own time and a fifth of it on top.
  constexpr seconds promised{25};
  std::vector<std::string> arguments{"--threads", std::to_string(notifying + plain), "--limits", "off"};
  std::string rows = "id,title,notify.slack\n";
  for (std::int64_t i = 1; i <= notifying + plain; ++i) {
    const auto id = thread_id(static_cast<std::size_t>(i));
    rows += id + ",New title " + std::to_string(i) + (i <= notifying ? ",true\n" : ",\n");
    if (i <= notifying) arguments.insert(arguments.end(), {"--script", id + "=cut"});
  }
  const sandbox_process sandbox{arguments};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", rows);
  const auto ledger = pawl_workspace::ledger_of(input);
  auto run = workspace.start({"run", input.string(), "--rate", "100/s", "--read-rate", "unlimited",
                              "--concurrency", "16", "--progress", "none"});

  // The ledger's own times are judged below; this only bounds the test where it fails.
  const auto all_seen = [&] { return number(sandbox.totals(), "applied") >= plain + notifying; };
  const bool seen = wait_until(all_seen, promised + seconds{15});
  const auto plain_ones = "from job where row > " + std::to_string(notifying) + " and outcome = 'applied'";
  const auto ended = [&] { return sqlite_value(ledger, "select count(*) " + plain_ones) == "2000"; };
  if (!seen || !wait_until(ended, seconds{5})) {
    const auto done = sqlite_value(ledger, "select count(*) " + plain_ones);
    run.kill();
    FAIL() << done << " of " << plain << " plain rows ended in time\n" << run.errors();
  }
  const auto took = std::stoll(sqlite_value(ledger, "select max(finished_at) - min(sent_at) " + plain_ones));
  EXPECT_LE(std::chrono::microseconds{took}, promised);

  // Each of the others waits until its write can no longer arrive (timeouts.attempt, 60 s), all at once.
  const auto last = run.wait_for(seconds{120});
  ASSERT_TRUE(last) << run.errors();
  EXPECT_EQ(last->code, 0) << run.errors();
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"), "2040");
  EXPECT_EQ(number(sandbox.totals(), "notices"), notifying) << "nobody was told twice";
  EXPECT_EQ(number(sandbox.totals(), "applied"), notifying + plain);
}

}  // namespace
}  // namespace pawl::test
