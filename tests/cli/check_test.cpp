// `pawl check`: offline, and flat in memory.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

TEST(Check, TellsRowsFormatDelimiterAndFields) {
  const pawl_workspace workspace;
  const auto input =
      workspace.input("jobs.csv", "id;status;title\r\nthr_1;done;\r\n\r\nthr_2;open;\"a;b\"\r\n");
  const auto check = workspace.run({"check", "jobs.csv"});
  EXPECT_EQ(check.exit_code, 0) << check.errors;
  EXPECT_THAT(check.output, HasSubstr("jobs.csv: 2 rows, no errors"));
  EXPECT_THAT(check.output, HasSubstr("delimiter ; (sniffed)"));
  EXPECT_THAT(check.output, HasSubstr("status 2"));
  EXPECT_THAT(check.output, HasSubstr("title 1"));
  EXPECT_FALSE(std::filesystem::exists(input.string() + ".ledger"));
}

TEST(Check, NeedsNoKeyAndLeavesNothingBehind) {
  const pawl_workspace workspace;  // without a sandbox and without a key
  workspace.input("jobs.ndjson", to_ndjson(make_jobs(10)));
  EXPECT_EQ(workspace.run({"check", "jobs.ndjson"}).exit_code, 0);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(workspace.files().path())) {
    EXPECT_EQ(entry.path().filename(), "jobs.ndjson");
    ++files;
  }
  EXPECT_EQ(files, 1u);
}

TEST(Check, ReadsStandardInputAndLeavesNothingBehind) {
  const pawl_workspace workspace;
  auto command = workspace.command({"check", "-", "--format", "csv"});
  command.environment["TMPDIR"] = workspace.files().path().string();
  command.input = "id,status\nthr_1,done\nthr_2,nope\n";
  const auto check = run_child(command);
  EXPECT_EQ(check.exit_code, 2);
  EXPECT_THAT(check.errors, HasSubstr("stdin:3: status: "));
  EXPECT_TRUE(std::filesystem::is_empty(workspace.files().path()));
}

TEST(Check, MapsIgnoresAndSetsAsRunDoes) {
  const pawl_workspace workspace;
  workspace.input("export.csv", "Thread ID,State,Comment\nthr_1,done,x\n");
  EXPECT_EQ(workspace.run({"check", "export.csv"}).exit_code, 2);
  const auto check = workspace.run({"check", "export.csv", "--map", "Thread ID=id", "--map", "State=status",
                                    "--ignore-column", "Comment", "--set", "pain_level=LOW"});
  EXPECT_EQ(check.exit_code, 0) << check.errors;
  EXPECT_THAT(check.output, HasSubstr("pain_level 1"));
}

TEST(Check, SaysOnceWhatIsWrongWithEveryRow) {
  const pawl_workspace workspace;
  std::string ids = "id\n";
  for (int i = 1; i <= 300; ++i) ids += "thr_" + std::to_string(i) + "\n";
  workspace.input("ids.csv", ids);
  const auto check = workspace.run({"check", "ids.csv"});
  EXPECT_EQ(check.exit_code, 2);
  EXPECT_THAT(check.errors,
              HasSubstr("ids.csv:2: has nothing to change: no field has a value, nor in 299 further "
                        "rows (lines 3, 4, 5, 6, 7, ...); give every row a field with --set "
                        "FIELD=VALUE, or leave such rows out\n"));
  EXPECT_EQ(check.errors.find("ids.csv:3:"), std::string::npos);
  EXPECT_EQ(workspace.run({"check", "ids.csv", "--set", "status=done"}).exit_code, 0);
}

TEST(Check, RefusesWhatRunRefuses) {
  const pawl_workspace workspace;
  workspace.input("verbs.csv", "id,remove_tag_ids\nthr_1,tag_1\n");
  EXPECT_EQ(workspace.run({"check", "verbs.csv"}).exit_code, 0);
  const auto blind = workspace.run({"check", "verbs.csv", "--no-read-first"});
  EXPECT_EQ(blind.exit_code, 2);
  EXPECT_THAT(blind.errors, HasSubstr("1 row has set verbs"));
}

TEST(Check, VerboseNamesTheSettingsAndWhereTheyComeFrom) {
  const pawl_workspace workspace;
  workspace.input("jobs.csv", "id,status\nthr_1,done\n");
  const auto check = workspace.run({"check", "jobs.csv", "-v", "-o", "retry.cap=30s"});
  EXPECT_THAT(check.errors, HasSubstr("setting retry.cap = 30s (-o retry.cap)\n"));
  EXPECT_THAT(check.errors, HasSubstr("setting limits.write = 60/min,20/10s (profile productlane)\n"));
  EXPECT_THAT(check.errors, ::testing::Not(HasSubstr("(default)")));
  EXPECT_THAT(workspace.run({"check", "jobs.csv", "-vv"}).errors,
              HasSubstr("setting retry.max_attempts = 6 (default)\n"));
  EXPECT_EQ(workspace.run({"check", "jobs.csv"}).errors, "");
}

TEST(Check, WritesASummary) {
  const pawl_workspace workspace;
  workspace.input("jobs.csv", "id,status\nthr_1,done\nthr_2,nope\n");
  const auto check = workspace.run({"check", "jobs.csv", "--summary", "-"});
  EXPECT_EQ(check.exit_code, 2);
  EXPECT_THAT(check.output, HasSubstr("\"rows\": 2"));
  EXPECT_THAT(check.output, HasSubstr("\"invalid\": 1"));
}

}  // namespace
}  // namespace pawl::test
