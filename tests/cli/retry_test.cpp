// `pawl run --retry`: recorded failures are taken again.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/thread_rows.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

std::string outcomes(const std::filesystem::path& ledger) {
  std::string all;
  for (const auto& row : sqlite_query(ledger, "select row || ' ' || outcome from job order by row"))
    (all += all.empty() ? "" : ", ") += row[0];
  return all;
}

TEST(Retry, TakesRefusedRowsOfAFinishedInputAgain) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000002", R"({"deleted":404})");
  const auto input =
      workspace.input("jobs.csv", "id,title\nthr_000001,one\nthr_000002,two\nthr_000003,three\n");
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run", input.string(), "--rate", "unlimited"};
  auto again = command;
  again.insert(again.end(), {"--retry", "failed,refused", "--summary", "s.json"});
  EXPECT_EQ(workspace.run(command).exit_code, 1);
  EXPECT_EQ(outcomes(ledger), "1 applied, 2 refused, 3 applied");

  sandbox.edit("thr_000002", R"({"deleted":false})");
  const auto run = workspace.run(again);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("taking 1 row again"));
  EXPECT_EQ(outcomes(ledger), "1 applied, 2 applied, 3 applied");
  EXPECT_EQ(sqlite_value(ledger, "select row || outcome || error_code from retried"), "2refusednot_found");
  EXPECT_EQ(sandbox.thread("thr_000002").at("title"), "two");
  EXPECT_EQ(number(sandbox.totals(), "applied"), 3);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "writes"), 1);
  EXPECT_EQ(number(summary, "applied"), 3);

  // Nothing of the kind is left: as a finished input.
  const auto last = workspace.run(again);
  EXPECT_EQ(last.exit_code, 0) << last.errors;
  EXPECT_THAT(last.errors, HasSubstr("no row has one of these outcomes"));
  EXPECT_EQ(number(sandbox.totals(), "applied"), 3);
}

TEST(Retry, LeavesOutWhatLaterRowsHaveWritten) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  for (const auto* id : {"thr_000001", "thr_000002"}) sandbox.edit(id, R"({"pain_level":"UNKNOWN"})");
  const auto input = workspace.input("jobs.csv",
                                     "id,title,pain_level\nthr_000001,first,HIGH\nthr_000002,first,HIGH\n"
                                     "thr_000001,second,LOW\nthr_000002,second,\n");
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run", input.string(), "--rate", "unlimited"};
  const auto with = [&command](std::vector<std::string> flags) {
    flags.insert(flags.begin(), command.begin(), command.end());
    return flags;
  };
  sandbox.configure(
      R"({"force_status":{"status":422,"code":"validation_error","message":"no","class":"write"}})");
  EXPECT_EQ(workspace.run(with({"--limit", "2"})).exit_code, 3);
  sandbox.configure(R"({"force_status":null})");
  EXPECT_EQ(workspace.run(command).exit_code, 1);
  EXPECT_EQ(outcomes(ledger), "1 refused, 2 refused, 3 applied, 4 applied");
  const auto again = workspace.run(with({"--retry", "refused"}));
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_THAT(again.errors, HasSubstr("1 row is superseded by later ones of the same id"));
  EXPECT_EQ(outcomes(ledger), "1 superseded, 2 applied, 3 applied, 4 applied");
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(row || left_out, ' ') from retried"),
            R"(1["title","pain_level"] 2["title"])");
  for (const auto* id : {"thr_000001", "thr_000002"}) EXPECT_EQ(sandbox.thread(id).at("title"), "second");
  EXPECT_EQ(sandbox.thread("thr_000001").at("pain_level"), "LOW");
  EXPECT_EQ(sandbox.thread("thr_000002").at("pain_level"), "HIGH");
}

// A later row that is still to come may end without writing; nothing is superseded by it.
TEST(Retry, IsNotSupersededByWhatHasNotHappenedYet) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv",
                                     "id,title,expect.title\nthr_000001,first,\nthr_000001,second,other\n"
                                     "thr_000001,third,first\n");
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run", input.string(), "--rate", "unlimited"};
  const auto with = [&command](std::vector<std::string> flags) {
    flags.insert(flags.begin(), command.begin(), command.end());
    return flags;
  };
  sandbox.configure(
      R"({"force_status":{"status":422,"code":"validation_error","message":"no","class":"write"}})");
  EXPECT_EQ(workspace.run(with({"--limit", "1"})).exit_code, 3);
  sandbox.configure(R"({"force_status":null})");
  const auto again = workspace.run(with({"--retry", "refused"}));
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_EQ(outcomes(ledger), "1 applied, 2 skipped, 3 applied");
  EXPECT_EQ(sandbox.thread("thr_000001").at("title"), "third");
}

TEST(Retry, IsForTheSameInputAndForFailures) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,one\n");
  struct row {
    std::vector<std::string> flags;
    const char* said;
  };
  const std::vector<row> table{
      {{"--retry", "failed"}, "holds no run"},
      {{"--retry", "applied"}, "is a success"},
      {{"--retry", "failed,superseded"}, "is a success"},
      {{"--retry", "invalid"}, "rows that are invalid stay so"},
      {{"--retry", "nope"}, "is not an outcome"},
      {{"--retry", ""}, "is empty"},
      {{"--retry", "failed", "--again"}, "stands beside --again"},
      {{"--retry", "failed", "--fresh"}, "stands beside --fresh"},
  };
  for (const auto& row : table) {
    std::vector<std::string> command{"run", input.string(), "--rate", "unlimited"};
    command.insert(command.end(), row.flags.begin(), row.flags.end());
    const auto result = workspace.run(command);
    EXPECT_EQ(result.exit_code, 2) << row.said;
    EXPECT_THAT(result.errors, HasSubstr(row.said));
  }
  EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(input)));

  EXPECT_EQ(workspace.run({"run", input.string(), "--rate", "unlimited"}).exit_code, 0);
  write_file(input, "id,title\nthr_000001,another\n");
  const auto changed = workspace.run({"run", input.string(), "--rate", "unlimited", "--retry", "failed"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.errors, HasSubstr("whose rows --retry would take again; what differs: the file"));
  EXPECT_EQ(number(sandbox.totals(), "writes"), 1);
}

TEST(Retry, AKillInTheMiddleLosesNoRow) {
  constexpr std::size_t rows = 60;
  const sandbox_process sandbox{{"--threads", std::to_string(rows), "--limits", "off", "--delay", "10ms"}};
  const pawl_workspace workspace{sandbox};
  std::string text = "id,title\n";
  for (std::size_t n = 1; n <= rows; ++n) {
    text += thread_id(n) + ",title\n";
    sandbox.edit(thread_id(n), R"({"deleted":404})");
  }
  const auto input = workspace.input("jobs.csv", text);
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run", input.string(), "--rate",           "100/s", "--concurrency",
                                         "2",   "-o",           "max_failures=none"};
  EXPECT_EQ(workspace.run(command).exit_code, 1);
  for (std::size_t n = 1; n <= rows; ++n) sandbox.edit(thread_id(n), R"({"deleted":false})");
  auto again = command;
  again.insert(again.end(), {"--retry", "refused"});
  auto killed = workspace.start(again);
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 10; })) << killed.errors();
  killed.kill();
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from retried"), std::to_string(rows));
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome <> 'applied'"), "0");
  // The rows are pending like any others: no --retry is needed to go on.
  const auto last = workspace.run(command);
  EXPECT_EQ(last.exit_code, 0) << last.errors;
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"), std::to_string(rows));
}

}  // namespace
}  // namespace pawl::test
