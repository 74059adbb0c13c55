// `pawl run` from end to end: what it sends, what it leaves behind, what it says.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Run, AppliesEveryRowOnceWithinTheLimitAndRecordsIt) {
  const sandbox_process sandbox{{"--threads", "300", "--write-limit", "100/1s"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(300);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "100/s", "--summary", "summary.json"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(run.output, "");
  EXPECT_TRUE(applied(sandbox, jobs));

  const auto totals = sandbox.totals();
  EXPECT_EQ(number(totals, "writes"), 300);
  EXPECT_EQ(number(totals, "throttled_writes"), 0);

  const auto summary = read_summary(workspace.files() / "summary.json");
  EXPECT_EQ(number(summary, "rows"), 300);
  EXPECT_EQ(number(summary, "applied"), 300);
  EXPECT_EQ(number(summary, "pending"), 0);
  EXPECT_EQ(number(summary, "writes"), 300);
  EXPECT_EQ(number(summary, "retries"), 0);
  EXPECT_EQ(number(summary, "throttled"), 0);
  EXPECT_EQ(number(summary, "exit_code"), 0);
  EXPECT_EQ(number(summary, "generation"), 1);
  EXPECT_EQ(summary.at("stop_reason"), "finished");
  EXPECT_TRUE(summary.at("resume_at").is_null());

  const auto exported = workspace.run({"export", pawl_workspace::ledger_of(input).string()});
  ASSERT_EQ(exported.exit_code, 0) << exported.errors;
  const auto lines = split_lines(exported.output);
  ASSERT_EQ(lines.size(), 301u);
  EXPECT_EQ(lines[0],
            "row,id,outcome,http_status,error_code,error_message,attempts,request_id,sent_at,finished_at,"
            "latency_ms");
  for (std::size_t row = 1; row <= 300; ++row)
    EXPECT_THAT(lines[row],
                ::testing::StartsWith(std::to_string(row) + "," + jobs[row - 1].id + ",applied,200,"));

  // The key, in whole or without the part that may be shown, is nowhere.
  const std::string key{sandbox_process::default_key};
  const auto hidden = key.substr(12);
  EXPECT_THAT(run.errors, Not(HasSubstr(hidden)));
  EXPECT_THAT(exported.output, Not(HasSubstr(hidden)));
  EXPECT_FALSE(stands_in_files(workspace.files().path(), hidden));
}

TEST(Run, TakesNdjson) {
  const sandbox_process sandbox{{"--threads", "20", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(20);
  const auto input = workspace.input("jobs.ndjson", to_ndjson(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "unlimited"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
}

TEST(Run, SetMakesABareListOfIdsAnInput) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("ids.csv", "id\nthr_000001\nthr_000002\nthr_000003\n");
  const auto run = workspace.run({"run", input.string(), "--set", "status=done", "--set", "pain_level=HIGH"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  for (const auto* id : {"thr_000001", "thr_000002", "thr_000003"}) {
    EXPECT_EQ(sandbox.thread(id).at("status"), "done");
    EXPECT_EQ(sandbox.thread(id).at("pain_level"), "HIGH");
  }
}

TEST(Run, ShowsTargetKeyFieldsAndTimeBeforeTheFirstWrite) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("jobs.csv", "id,title,company_id\nthr_000001,new,\nthr_000002,new,cmp_1\n");
  const auto run = workspace.run({"run", input.string()});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("target: productlane " + sandbox.base_url()));
  EXPECT_THAT(run.errors, HasSubstr("key pl_v2_sand\xe2\x80\xa6"));
  EXPECT_THAT(run.errors, HasSubstr("title 2"));
  EXPECT_THAT(run.errors, HasSubstr("company_id 1"));
  EXPECT_THAT(run.errors, HasSubstr("side effect: company_id also changes contact"));
  EXPECT_THAT(run.errors, HasSubstr("2 rows: 2 applied"));
}

TEST(Run, QuietSaysNothingWhenAllIsWell) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  const auto run = workspace.run({"run", input.string(), "-q"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.errors, "");
  EXPECT_EQ(run.output, "");
}

TEST(Run, KeepsTheOrderOfOneIdThroughFailures) {
  const sandbox_process sandbox{{"--threads", "40", "--limits", "off", "--faults", "write:e500=0.1"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,title\n";
  for (int round = 1; round <= 5; ++round)
    for (int n = 1; n <= 40; ++n) {
      const auto digits = std::to_string(n);
      csv += "thr_" + std::string(6 - digits.size(), '0') + digits + ",title " + std::to_string(round) + "\n";
    }
  const auto input = workspace.input("jobs.csv", csv);
  const auto run = workspace.run({"run", input.string(), "--rate", "unlimited", "--concurrency", "8", "-o",
                                  "retry.base=10ms", "-o", "retry.cap=50ms"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto truth = sandbox.truth();
  for (const auto& [id, thread] : truth.at("threads").as_object()) {
    const auto& bodies = thread.at("bodies").as_array();
    ASSERT_EQ(bodies.size(), 5u) << id;
    for (std::size_t i = 0; i < 5; ++i)
      EXPECT_EQ(bodies[i].at("title"), json::value("title " + std::to_string(i + 1))) << id;
  }
}

TEST(Run, RefusedRowsAreRecordedAndTheRestIsApplied) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  sandbox.edit("thr_000002", R"({"deleted":404})");
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("jobs.csv", "id,title\nthr_000001,new\nthr_000002,new\nthr_000003,new\n");
  const auto run = workspace.run({"run", input.string(), "--summary", "-"});
  EXPECT_EQ(run.exit_code, 1);
  const auto summary = json::parse(run.output).as_object();
  EXPECT_EQ(number(summary, "applied"), 2);
  EXPECT_EQ(number(summary, "refused"), 1);
  EXPECT_EQ(number(summary, "exit_code"), 1);
  EXPECT_THAT(run.errors, HasSubstr("row 2 (id thr_000002): refused: not_found"));
  EXPECT_THAT(run.errors,
              HasSubstr("pawl export " + input.string() + ".ledger --with-input --outcome refused"));
}

TEST(Run, AtMostFiveLinesPerErrorCodeThenACount) {
  const sandbox_process sandbox{{"--threads", "0", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,status\n";
  for (int i = 1; i <= 30; ++i) csv += "gone_" + std::to_string(i) + ",done\n";
  const auto input = workspace.input("jobs.csv", csv);
  const auto run = workspace.run({"run", input.string(), "--rate", "unlimited"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = run.errors.find("refused: not_found", at)) != std::string::npos; ++at)
    ++lines;
  EXPECT_EQ(lines, 5u);
  EXPECT_THAT(run.errors, HasSubstr("not_found: 30 rows"));
}

TEST(Run, SkipInvalidRecordsBadRowsAndAppliesTheOthers) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("jobs.csv", "id,title,status\nthr_000001,new,\nthr_000002,,opne\nthr_000003,new,\n");
  EXPECT_EQ(workspace.run({"run", input.string()}).exit_code, 2);
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
  const auto run = workspace.run({"run", input.string(), "--skip-invalid", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "rows"), 3);
  EXPECT_EQ(number(summary, "applied"), 2);
  EXPECT_EQ(number(summary, "invalid"), 1);
  EXPECT_EQ(number(sandbox.totals(), "writes"), 2);
}

TEST(Run, RefusesWhatNeedsReadingFirst) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto plain = workspace.input("plain.csv", "id,status\nthr_000001,done\n");
  const auto expects = workspace.input("expects.csv", "id,status,expect.status\nthr_000001,done,open\n");
  const auto verbs = workspace.input("verbs.csv", "id,add_tag_ids\nthr_000001,tag_1\n");
  const std::vector<std::vector<std::string>> commands{
      {"run", plain.string(), "--no-read-first", "--only-if", "status=open"},
      {"run", expects.string(), "--no-read-first"},
      {"run", verbs.string(), "--no-read-first"}};
  for (const auto& command : commands) {
    const auto run = workspace.run(command);
    EXPECT_EQ(run.exit_code, 2) << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("read_first is off"));
  }
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
  // The file itself is right.
  EXPECT_EQ(workspace.run({"check", expects.string()}).exit_code, 0);
}

TEST(Run, TakesStandardInputThroughASpooledCopy) {
  const sandbox_process sandbox{{"--threads", "20", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(20);
  auto command =
      workspace.command({"run", "-", "--format", "csv", "--ledger", "nightly.ledger", "--rate", "unlimited"});
  command.input = to_csv(jobs);
  const auto run = run_child(command);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  // The same bytes again: the same generation.
  const auto again = run_child(command);
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.errors, HasSubstr("nothing is sent"));
  EXPECT_TRUE(applied(sandbox, jobs));
  // Its rows can be exported with what stood in them.
  const auto exported = workspace.run({"export", "nightly.ledger", "--with-input"});
  EXPECT_EQ(exported.exit_code, 0) << exported.errors;
  EXPECT_THAT(exported.output, HasSubstr("She said \"\"no\"\", twice"));
}

TEST(Run, StandardInputNeedsALedger) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  auto command = workspace.command({"run", "-", "--format", "csv"});
  command.input = "id,status\nthr_000001,done\n";
  const auto run = run_child(command);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors, HasSubstr("--ledger"));
}

TEST(Run, ASummaryIsWrittenAtUsageErrorsToo) {
  const pawl_workspace workspace;
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"run", "missing.csv", "--summary", "s.json"},
           {"run", "--no-such-flag", "--summary", "s.json"},
           {"run", "missing.csv", "--rate", "fast", "--summary", "s.json"},
       }) {
    const auto run = workspace.run(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.errors;
    const auto summary = read_summary(workspace.files() / "s.json");
    EXPECT_EQ(number(summary, "exit_code"), 2);
    EXPECT_EQ(number(summary, "rows"), 0);
    std::filesystem::remove(workspace.files() / "s.json");
  }
}

TEST(Run, JsonLogsAreAnObjectALine) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\nmissing,done\n");
  const auto run = workspace.run({"run", input.string(), "--log-format", "json", "--log-file", "run.log"});
  EXPECT_EQ(run.exit_code, 1);
  for (const auto& text : {run.errors, read_file(workspace.files() / "run.log")})
    for (const auto& line : split_lines(text)) {
      const auto entry = json::parse(line).as_object();
      EXPECT_TRUE(entry.contains("time") && entry.contains("level") && entry.contains("message"));
    }
}

}  // namespace
}  // namespace pawl::test
