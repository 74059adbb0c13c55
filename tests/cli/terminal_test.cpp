// A terminal that goes away in the middle of a run, and pipes that nobody reads any more.
#include "tests/cli/job_file.hpp"
#include "tests/support/on_a_terminal.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

class terminal : public ::testing::Test {
 protected:
  static constexpr int rows = 300;
  terminal() { input_ = workspace_.input("jobs.csv", to_csv(jobs_)); }
  std::vector<std::string> command() const {
    return {"run",       input_.string(), "--rate", "100/s", "--read-rate",
            "unlimited", "--summary",     "s.json", "--yes"};
  }
  // What is recorded was applied, and the same command applies the rest.
  void expect_true_ledger_and_finish() {
    const auto ledger = pawl_workspace::ledger_of(input_);
    const auto committed = sqlite_value(ledger, "select count(*) from job where outcome = 'applied'");
    EXPECT_EQ(committed, std::to_string(number(sandbox_.totals(), "applied")));
    EXPECT_LT(std::stoi(committed), rows);
    EXPECT_EQ(sqlite_value(ledger, "select count(*) from run where ended_at is null"), "0");
    const auto last =
        workspace_.run({"run", input_.string(), "--rate", "unlimited", "--read-rate", "unlimited"});
    EXPECT_EQ(last.exit_code, 0) << last.errors;
    EXPECT_TRUE(applied(sandbox_, jobs_));
  }

  sandbox_process sandbox_{{"--threads", std::to_string(rows), "--limits", "off", "--delay", "5ms"}};
  pawl_workspace workspace_{sandbox_};
  std::vector<thread_job> jobs_ = make_jobs(rows);
  std::filesystem::path input_;
};

TEST_F(terminal, ThatGoesAwayDrainsTheRun) {
  PAWL_NEEDS_A_TERMINAL();
  on_a_terminal run{workspace_.command(command())};
  ASSERT_TRUE(wait_until([&] {
    run.read();
    return number(sandbox_.totals(), "applied") >= 30;
  })) << run.shown();
  run.close();
  EXPECT_EQ(run.wait(), 129);
  const auto summary = read_summary(workspace_.files() / "s.json");
  EXPECT_EQ(number(summary, "exit_code"), 129);
  EXPECT_EQ(summary.at("stop_reason"), "signal");
  EXPECT_EQ(number(summary, "applied") + number(summary, "pending"), rows);
  expect_true_ledger_and_finish();
}

TEST_F(terminal, ControlCDrainsAndTheTerminalIsToldHowToGoOn) {
  PAWL_NEEDS_A_TERMINAL();
  on_a_terminal run{workspace_.command(command())};
  ASSERT_TRUE(wait_until([&] {
    run.read();
    return number(sandbox_.totals(), "applied") >= 30;
  })) << run.shown();
  run.type('\x03');
  EXPECT_EQ(run.wait(), 130);
  EXPECT_THAT(run.shown(), ::testing::HasSubstr("SIGINT: finishing what is on the wire"));
  expect_true_ledger_and_finish();
}

// The shell has sent no SIGHUP (disown, or a background job of a shell that just died): every write to the
// terminal fails, and the run goes on to its end.
TEST_F(terminal, WhoseHangUpNobodyTellsHoldsNoRunBack) {
  PAWL_NEEDS_A_TERMINAL();
  auto options = workspace_.command({"-c", "trap '' HUP; exec \"$0\" \"$@\""});
  auto pawl = workspace_.command(command());
  options.arguments.push_back(pawl.program.string());
  options.arguments.insert(options.arguments.end(), pawl.arguments.begin(), pawl.arguments.end());
  options.program = "/bin/sh";
  on_a_terminal run{options};
  ASSERT_TRUE(wait_until([&] {
    run.read();
    return number(sandbox_.totals(), "applied") >= 30;
  })) << run.shown();
  run.close();
  EXPECT_EQ(run.wait(), 0);
  EXPECT_EQ(number(read_summary(workspace_.files() / "s.json"), "applied"), rows);
  EXPECT_TRUE(applied(sandbox_, jobs_));
}

TEST_F(terminal, PipesThatNobodyReadsHoldNoRunBack) {
  auto options = workspace_.command({"-c", "(\"$0\" \"$@\"; echo $? > code) 2>&1 | head -c 1 > seen"});
  auto pawl = workspace_.command({"run", input_.string(), "--rate", "1000/s", "--read-rate", "unlimited",
                                  "--summary", "-", "--progress", "plain", "-v"});
  options.arguments.push_back(pawl.program.string());
  options.arguments.insert(options.arguments.end(), pawl.arguments.begin(), pawl.arguments.end());
  options.program = "/bin/sh";
  const auto result = run_child(options);
  ASSERT_TRUE(wait_until([&] { return !read_file_if_there(workspace_.files() / "code").empty(); }));
  // The rows are done; that the summary could not be written is not hidden.
  EXPECT_THAT(read_file(workspace_.files() / "code"), ::testing::AnyOf("0\n", "4\n"));
  EXPECT_TRUE(applied(sandbox_, jobs_));
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input_), "select count(*) from run where ended_at is null"),
      "0");
}

}  // namespace
}  // namespace pawl::test
