// List pages before own reads: what they save, and what they never decide.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/thread_rows.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::string csv(const std::string& header, int count, const std::function<std::string(int)>& cells) {
  std::string text = header + "\n";
  for (int n = 1; n <= count; ++n) text += thread_id(n) + "," + cells(n) + "\n";
  return text;
}

std::vector<std::string> fast_run(const std::string& input, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"run",         input,       "--rate",    "unlimited",
                                     "--read-rate", "unlimited", "--summary", "s.json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Threads that hold what the input says, and nobody's ledger knows of it.
void prepare(const sandbox_process& sandbox, const std::string& input) {
  const pawl_workspace other{sandbox};
  const auto file = other.input("prepare.csv", input);
  const auto run = other.run(fast_run(file.string(), {"--no-read-first", "--concurrency", "64"}));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
}

struct requests {
  std::int64_t pages = 0, own_reads = 0, writes = 0;
  std::int64_t blind_writes = 0;  // without a read of the same thread since the write before it
};

requests asked_since(const sandbox_process& sandbox, std::int64_t mark) {
  requests r;
  std::set<std::string> read;
  for (const auto& line : sandbox.journal(100'000)) {
    const auto& entry = line.as_object();
    if (number(entry, "request") <= mark) continue;
    const auto* id = entry.if_contains("id");
    const bool get = entry.at("method") == "GET";
    if (get && id != nullptr) {
      ++r.own_reads;
      read.emplace(id->as_string());
    } else if (get && std::string_view{entry.at("path").as_string()}.find("/threads?") != std::string::npos) {
      ++r.pages;
    } else if (entry.at("method") == "PATCH") {
      ++r.writes;
      if (read.erase(std::string{id->as_string()}) == 0) ++r.blind_writes;
    }
  }
  return r;
}

std::int64_t requests_so_far(const sandbox_process& sandbox) {
  const auto all = sandbox.journal(1);
  return all.empty() ? 0 : number(all.back().as_object(), "request");
}

// With Productlane's limits, two hundred times as fast.
TEST(Snapshot, NineThousandOfTenThousandNeedNoReadOfTheirOwn) {
  const sandbox_process sandbox{{"--threads", "10000", "--limits", "off", "--write-limit", "200/1s",
                                 "--read-limit", "3333/1s", "--journal-memory", "40000"}};
  prepare(sandbox, csv("id,status", 10'000, [](int n) { return n % 10 == 0 ? "open" : "done"; }));
  sandbox.configure(R"({"limits":{"enforce":true}})");
  const auto mark = requests_so_far(sandbox);
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("jobs.csv", csv("id,status,closed_loop", 10'000, [](int) { return "done,true"; }));
  const auto run = workspace.run(
      {"run", input.string(), "--rate", "200/1s", "--read-rate", "3333/1s", "--summary", "s.json"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(number(sandbox.totals(), "throttled"), 0);
  EXPECT_THAT(run.errors, HasSubstr("snapshot: 45 list pages read, 9,000 rows settled"));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 1000);
  EXPECT_EQ(number(summary, "unchanged"), 9000);
  EXPECT_EQ(number(summary, "writes"), 1000);
  EXPECT_LE(number(summary, "reads"), 1060) << "1,000 own reads, 50 pages and 1 %";
  const auto asked = asked_since(sandbox, mark);
  EXPECT_EQ(asked.writes, 1000);
  EXPECT_EQ(asked.blind_writes, 0) << "what a page shows sends nothing";
  EXPECT_LE(asked.pages, 50);
  EXPECT_EQ(asked.pages + asked.own_reads + 1, number(summary, "reads")) << "and one for the account";
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input), "select reason from event where kind = 'snapshot'"),
      "45 list pages read, 9000 rows settled");
}

TEST(Snapshot, SkipsRowsOfWhichAPageShowsThatAPreconditionFails) {
  const sandbox_process sandbox{{"--threads", "1200", "--limits", "off"}};
  prepare(sandbox, csv("id,status", 1200, [](int n) { return n > 1100 ? "open" : "done"; }));
  const auto mark = requests_so_far(sandbox);
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", csv("id,title", 1200, [](int) { return "new"; }));
  const auto run = workspace.run(fast_run(input.string(), {"--only-if", "status=open"}));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("snapshot: 6 list pages read, 1,100 rows settled"));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "skipped"), 1100);
  EXPECT_EQ(number(summary, "applied"), 100);
  const auto asked = asked_since(sandbox, mark);
  EXPECT_EQ(asked.blind_writes, 0);
  EXPECT_EQ(asked.own_reads, 100);
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input),
                         "select distinct outcome || ' ' || error_code || ' ' || error_message from job"
                         " where outcome <> 'applied'"),
            "skipped precondition status is \"done\", expected \"open\"");
}

// The thread holds already what its second row wants; a page shows that. But the first row comes before it.
TEST(Snapshot, LeavesRowsOfOneIdInTheirOrder) {
  const sandbox_process sandbox{{"--threads", "1200", "--limits", "off"}};
  prepare(sandbox, csv("id,title", 1200, [](int) { return "second"; }));
  const pawl_workspace workspace{sandbox};
  auto text = csv("id,title", 1200, [](int n) { return n <= 50 ? "first" : "second"; });
  for (int n = 1; n <= 50; ++n) text += thread_id(n) + ",second\n";
  const auto input = workspace.input("jobs.csv", text);
  const auto run = workspace.run(fast_run(input.string()));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 100);
  EXPECT_EQ(number(summary, "unchanged"), 1150);
  for (int n = 1; n <= 50; ++n) EXPECT_EQ(sandbox.thread(thread_id(n)).at("title"), "second");
  EXPECT_THAT(run.errors, HasSubstr("1,150 rows settled"));
}

TEST(Snapshot, APageThatIsOlderThanTheBoundSettlesNothing) {
  const sandbox_process sandbox{{"--threads", "1100", "--limits", "off", "--delay", "20ms"}};
  prepare(sandbox, csv("id,title", 1100, [](int) { return "wanted"; }));
  const auto mark = requests_so_far(sandbox);
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", csv("id,title", 1100, [](int) { return "wanted"; }));
  const auto run =
      workspace.run(fast_run(input.string(), {"-o", "max_snapshot_age=10ms", "--concurrency", "64"}));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("0 rows settled"));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "unchanged"), 1100);
  EXPECT_EQ(asked_since(sandbox, mark).own_reads, 1100);
}

TEST(Snapshot, ReadsNoPagesForSmallInputsNorWhereItIsTurnedOff) {
  const sandbox_process sandbox{{"--threads", "1100", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto small = workspace.input("small.csv", csv("id,title", 900, [](int) { return "a"; }));
  auto run = workspace.run(fast_run(small.string()));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, Not(HasSubstr("snapshot")));
  const auto large = workspace.input("large.csv", csv("id,title", 1100, [](int) { return "b"; }));
  run = workspace.run(fast_run(large.string(), {"-o", "max_snapshot_age=0"}));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, Not(HasSubstr("snapshot")));
  const auto blind = workspace.input("blind.csv", csv("id,title", 1100, [](int) { return "c"; }));
  run = workspace.run(fast_run(blind.string(), {"--no-read-first"}));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, Not(HasSubstr("snapshot")));
  EXPECT_EQ(asked_since(sandbox, 0).pages, 0);
}

TEST(Snapshot, SettlesRowsWithNamesOfTagsAsTheirOwnReadsWould) {
  const sandbox_process sandbox{{"--threads", "1200", "--limits", "off", "--tag", "tag_b=Billing"}};
  prepare(sandbox, csv("id,tag_ids", 1200, [](int n) { return n <= 60 ? "[]" : "tag_b"; }));
  const auto mark = requests_so_far(sandbox);
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", csv("id,add_tags", 1200, [](int) { return "Billing"; }));
  const auto run = workspace.run(fast_run(input.string()));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("snapshot: 6 list pages read, 1,140 rows settled"));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "applied"), 60);
  EXPECT_EQ(asked_since(sandbox, mark).blind_writes, 0);
}

// A run whose writes go wrong ends as soon as it would without pages.
TEST(Snapshot, RowsThatNeedNoWriteHideNoFailures) {
  const sandbox_process sandbox{{"--threads", "3000", "--limits", "off", "--refuse-unknown-ids"}};
  prepare(sandbox, csv("id,title", 3000, [](int) { return "wanted"; }));
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", csv("id,title,tag_ids", 3000, [](int n) {
                                       return n % 12 == 0 ? "wanted,tag_of_nobody" : "wanted,";
                                     }));
  const auto run = workspace.run(fast_run(input.string()));
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(summary.at("stop_reason"), "max_failures");
  EXPECT_LT(number(summary, "refused"), 120) << "of 250; 50 are enough, and some are under way";
}

// The list is of no use to this API: every row is read by itself, and that is said once.
TEST(Snapshot, APageThatCannotBeReadLeavesTheRowsToTheirOwnReads) {
  const sandbox_process sandbox{{"--threads", "1100", "--limits", "off"}};
  prepare(sandbox, csv("id,title", 1100, [](int n) { return n <= 100 ? "other" : "wanted"; }));
  const pawl_workspace workspace{sandbox};
  std::ifstream in(PAWL_PRODUCTLANE);
  std::string profile{std::istreambuf_iterator<char>(in), {}};
  const std::string path = "path = \"/threads\"\n";
  ASSERT_NE(profile.find(path), std::string::npos);
  profile.replace(profile.find(path), path.size(), "path = \"/threads/gone\"\n");
  const auto own = workspace.input("own.toml", profile);
  const auto input = workspace.input("jobs.csv", csv("id,title", 1100, [](int) { return "wanted"; }));
  const auto run = workspace.run(fast_run(input.string(), {"--profile", own.string()}));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("the rest is read row by row: "));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 100);
  EXPECT_EQ(number(summary, "unchanged"), 1000);
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from event where kind = 'snapshot'"),
      "1");
}

// Pages that take long go on beside the writes: 20 of them at 700 ms are 14 s, and 10 s is what rows wait
// for.
TEST(Snapshot, RowsDoNotWaitForALongList) {
  const sandbox_process sandbox{{"--threads", "4000", "--limits", "off", "--journal-memory", "40000"}};
  prepare(sandbox, csv("id,title", 4000, [](int n) { return n <= 10 ? "other" : "wanted"; }));
  sandbox.configure(R"({"delay":"700ms"})");
  const auto mark = requests_so_far(sandbox);
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", csv("id,title", 4000, [](int) { return "wanted"; }));
  const auto run = workspace.run(fast_run(input.string()));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 10);
  EXPECT_EQ(number(summary, "unchanged"), 3990);
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select count(distinct row) from job"), "4000");
  const auto asked = asked_since(sandbox, mark);
  EXPECT_EQ(asked.blind_writes, 0);
  EXPECT_LT(asked.own_reads, 1500);
  std::int64_t first_write = 0, last_page = 0;
  for (const auto& line : sandbox.journal(100'000)) {
    const auto& entry = line.as_object();
    if (number(entry, "request") <= mark) continue;
    if (entry.at("method") == "PATCH" && first_write == 0) first_write = number(entry, "request");
    if (std::string_view{entry.at("path").as_string()}.find("/threads?") != std::string::npos)
      last_page = number(entry, "request");
  }
  EXPECT_LT(first_write, last_page) << "writes go on while pages are read";
}

TEST(Snapshot, KilledInTheMiddleItGoesOnWithANewOne) {
  const sandbox_process sandbox{{"--threads", "3000", "--limits", "off"}};
  prepare(sandbox, csv("id,title", 3000, [](int n) { return n % 100 == 0 ? "other" : "wanted"; }));
  sandbox.configure(R"({"delay":"150ms"})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", csv("id,title", 3000, [](int) { return "wanted"; }));
  const auto ledger = pawl_workspace::ledger_of(input);
  const auto mark_before = requests_so_far(sandbox);
  auto killed = workspace.start(fast_run(input.string()));
  // The ledger has its tables before the first request goes out.
  ASSERT_TRUE(wait_until([&] { return requests_so_far(sandbox) > mark_before; })) << killed.errors();
  const std::string settled = "select count(*) from job where outcome = 'unchanged'";
  ASSERT_TRUE(wait_until([&] { return std::stoi(sqlite_value(ledger, settled)) >= 400; })) << killed.errors();
  killed.kill();
  const auto before = std::stoi(sqlite_value(ledger, settled));
  EXPECT_LT(before, 2970) << "killed before its end";
  sandbox.configure(R"({"delay":"0s"})");

  const auto mark = requests_so_far(sandbox);
  const auto run = workspace.run(fast_run(input.string()));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("going on with the run"));
  EXPECT_THAT(run.errors, HasSubstr("snapshot:"));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 30);
  EXPECT_EQ(number(summary, "unchanged"), 2970);
  EXPECT_EQ(number(summary, "pending"), 0);
  EXPECT_LT(asked_since(sandbox, mark).own_reads, 100);
  EXPECT_EQ(sqlite_value(ledger, "select count(distinct row) from job"), "3000");
}

}  // namespace
}  // namespace pawl::test
