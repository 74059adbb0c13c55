// Inputs without rows: what a pipeline hands on when there is nothing to do is no mistake.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

struct no_rows {
  const char* name;
  const char* format;
  const char* content;
};

class stream_without_rows : public ::testing::TestWithParam<no_rows> {};

TEST_P(stream_without_rows, IsNothingToDo) {
  const auto& given = GetParam();
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  for (const auto* command : {"check", "run"}) {
    auto piped = workspace.command(
        {command, "-", "--format", given.format, "--ledger", "l.ledger", "--summary", "s.json"});
    piped.input = given.content;
    const auto result = run_child(piped);
    EXPECT_EQ(result.exit_code, 0) << command << result.errors;
    EXPECT_THAT(result.output + result.errors, HasSubstr("stdin: no rows in it: there is nothing to do"))
        << command;
    const auto summary = read_summary(workspace.files() / "s.json");
    EXPECT_EQ(number(summary, "rows"), 0);
    EXPECT_EQ(number(summary, "exit_code"), 0);
    EXPECT_EQ(summary.at("stop_reason").as_string(), "finished");
  }
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

INSTANTIATE_TEST_SUITE_P(NothingToDo, stream_without_rows,
                         ::testing::Values(no_rows{"EmptyCsv", "csv", ""},
                                           no_rows{"BlankCsv", "csv", "\xef\xbb\xbf\r\n \n"},
                                           no_rows{"HeaderOnly", "csv", "id,status\n"},
                                           no_rows{"EmptyNdjson", "ndjson", ""},
                                           no_rows{"BlankNdjson", "ndjson", "\n\n"}),
                         [](const auto& each) { return each.param.name; });

TEST(NothingToDo, AFileWithAHeaderOnly) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\n");
  const auto run = workspace.run({"run", input.string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("jobs.csv: no rows in it: there is nothing to do"));
  EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(input)));
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

TEST(NothingToDo, AnUndoOfARunThatChangedNothing) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  sandbox.edit("thr_000001", R"({"title":"same"})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,same\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto undone = workspace.run({"undo", input.string() + ".ledger"});
  EXPECT_EQ(undone.exit_code, 0) << undone.errors;
  auto piped = workspace.command({"run", "-", "--format", "ndjson", "--ledger", "undo.ledger"});
  piped.input = undone.output;
  const auto run = run_child(piped);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("there is nothing to do"));
}

TEST(NothingToDo, AnUnfinishedRunIsNotForgottenOverAnEmptyStream) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  auto piped = workspace.command({"run", "-", "--format", "csv", "--ledger", "l.ledger", "--limit", "1"});
  piped.input = "id,title\nthr_000001,a\nthr_000002,b\n";
  ASSERT_EQ(run_child(piped).exit_code, 3);
  piped.input = "";
  const auto run = run_child(piped);
  EXPECT_EQ(run.exit_code, 2) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("1 row left"));
}

}  // namespace
}  // namespace pawl::test
