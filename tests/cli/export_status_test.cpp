// `pawl export` and `pawl status`, after a run and while one goes on.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class after_a_run : public ::testing::Test {
 protected:
  after_a_run() {
    sandbox_.edit("thr_000002", R"({"deleted":404})");
    input_ =
        workspace_.input("jobs.csv",
                         "id,title,_note\nthr_000001,\"one, 1\",first\nthr_000002,\"two \"\"2\"\"\",second\n"
                         "thr_000003,three,third\n");
    const auto run = workspace_.run({"run", input_.string(), "--rate", "unlimited"});
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    ledger_ = input_.string() + ".ledger";
  }
  child_result exported(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"export", ledger_});
    return workspace_.run(std::move(flags));
  }

  sandbox_process sandbox_{{"--threads", "3", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::filesystem::path input_;
  std::string ledger_;
};

TEST_F(after_a_run, ExportIsNdjsonOnRequest) {
  const auto result = exported({"--format", "ndjson"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  std::istringstream in(result.output);
  std::int64_t row = 0;
  for (std::string line; std::getline(in, line);) {
    const auto entry = json::parse(line).as_object();
    EXPECT_EQ(number(entry, "row"), ++row);
    EXPECT_EQ(entry.at("outcome"), row == 2 ? "refused" : "applied");
  }
  EXPECT_EQ(row, 3);
}

TEST_F(after_a_run, ExportFiltersByOutcome) {
  const auto result = exported({"--outcome", "refused,failed"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("\n2,thr_000002,refused,404,not_found,"));
  EXPECT_THAT(result.output, Not(HasSubstr("applied")));
}

TEST_F(after_a_run, FailuresWithInputCanBeMendedAndRunAgain) {
  const auto result = exported({"--with-input", "--outcome", "refused"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("thr_000002,\"two \"\"2\"\"\",second"));
  workspace_.input("to-mend.csv", result.output);
  sandbox_.edit("thr_000002", R"({"deleted":false})");
  const auto run = workspace_.run({"run", "to-mend.csv", "--rate", "unlimited"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(sandbox_.thread("thr_000002").at("title"), "two \"2\"");
}

TEST_F(after_a_run, SuccessesTakeTheirInputFromTheFile) {
  const auto all = exported({"--with-input"});
  ASSERT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_THAT(all.output, HasSubstr("thr_000001,\"one, 1\",first"));
  EXPECT_THAT(all.output, HasSubstr("thr_000003,three,third"));
  workspace_.input("jobs.csv", "id,title,_note\nother,x,y\n");
  const auto changed = exported({"--with-input"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.errors, HasSubstr("changed"));
  EXPECT_EQ(exported({"--with-input", "--outcome", "refused"}).exit_code, 0);
}

TEST_F(after_a_run, NdjsonRowsAreExportedWithTheirInputToo) {
  const auto input = workspace_.input("jobs.ndjson", "{\"id\":\"thr_000001\",\"patch\":{\"title\":\"n\"}}\n");
  EXPECT_EQ(workspace_.run({"run", input.string(), "--rate", "unlimited"}).exit_code, 0);
  const auto result =
      workspace_.run({"export", input.string() + ".ledger", "--with-input", "--format", "ndjson"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const auto entry = json::parse(result.output).as_object();
  EXPECT_EQ(entry.at("patch").at("title"), "n");
  EXPECT_EQ(entry.at("_pawl").at("outcome"), "applied");
}

TEST_F(after_a_run, AnOlderGenerationCanBeExported) {
  EXPECT_EQ(workspace_.run({"run", input_.string(), "--rate", "unlimited", "--again"}).exit_code, 1);
  sandbox_.edit("thr_000002", R"({"deleted":false})");
  EXPECT_EQ(workspace_.run({"run", input_.string(), "--rate", "unlimited", "--again"}).exit_code, 0);
  EXPECT_THAT(exported({}).output, Not(HasSubstr("refused")));
  EXPECT_THAT(exported({"--generation", "1"}).output, HasSubstr("refused"));
  EXPECT_EQ(exported({"--generation", "4"}).exit_code, 2);
}

TEST_F(after_a_run, StatusTellsCountsErrorsAndTheEnd) {
  const auto text = workspace_.run({"status", ledger_});
  ASSERT_EQ(text.exit_code, 0) << text.errors;
  EXPECT_THAT(text.output, HasSubstr("finished on"));
  EXPECT_THAT(text.output, HasSubstr("3: 2 applied, 1 refused"));
  EXPECT_THAT(text.output, HasSubstr("not_found: 1 row"));
  const auto as_json = workspace_.run({"status", ledger_, "--format", "json"});
  const auto status = json::parse(as_json.output).as_object();
  EXPECT_EQ(number(status, "rows"), 3);
  EXPECT_EQ(number(status, "applied"), 2);
  EXPECT_EQ(status.at("running"), false);
  EXPECT_EQ(number(status, "run_exit_code"), 1);
  EXPECT_EQ(number(status.at("errors").as_object(), "not_found"), 1);
}

TEST(Status, WorksWhileARunGoesOn) {
  const sandbox_process sandbox{{"--threads", "100", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(100)));
  auto run = workspace.start({"run", input.string(), "--rate", "25/1h"});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 20; })) << run.errors();
  ASSERT_TRUE(wait_until([&] {
    const auto status = workspace.run({"status", input.string() + ".ledger", "--format", "json"});
    const auto facts = json::parse(status.output).as_object();
    return facts.at("running") == true && number(facts, "applied") >= 20 && number(facts, "pending") > 0;
  }));
  // A run has a rate after its first second.
  std::string text;
  EXPECT_TRUE(wait_until([&] {
    text = workspace.run({"status", input.string() + ".ledger"}).output;
    return text.find("rate:") != std::string::npos;
  })) << text;
  EXPECT_THAT(text, HasSubstr("running: pid " + std::to_string(run.pid())));
  const auto exported = workspace.run({"export", input.string() + ".ledger"});
  EXPECT_EQ(exported.exit_code, 0) << exported.errors;
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait().code, 143);
}

TEST(Export, AReaderThatHasSeenEnoughIsNoError) {
  const sandbox_process sandbox{{"--threads", "0", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,status\n";
  for (int i = 0; i < 3000; ++i) csv += "missing_" + std::to_string(i) + ",done\n";
  const auto input = workspace.input("jobs.csv", csv);
  const auto run = workspace.run(
      {"run", input.string(), "--rate", "unlimited", "--no-read-first", "--max-failures", "none"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  const auto exported = workspace.command({"export", input.string() + ".ledger"});
  child_options shell;
  shell.program = "/bin/bash";
  shell.arguments = {"-c", "set -o pipefail; \"$0\" export \"$1\" | head -n 1", exported.program.string(),
                     input.string() + ".ledger"};
  const auto piped = run_child(shell);
  EXPECT_EQ(piped.exit_code, 0) << piped.errors;
  EXPECT_EQ(piped.errors, "");
}

TEST(Export, WhatIsNoLedgerIsAUsageError) {
  const pawl_workspace workspace;
  workspace.input("not.ledger", "hello");
  for (const auto* command : {"export", "status"})
    for (const auto* file : {"not.ledger", "missing.ledger"}) {
      const auto result = workspace.run({command, file});
      EXPECT_EQ(result.exit_code, 2) << command << " " << file;
      EXPECT_THAT(result.errors, HasSubstr(file));
      EXPECT_EQ(result.output, "");
    }
}

}  // namespace
}  // namespace pawl::test
