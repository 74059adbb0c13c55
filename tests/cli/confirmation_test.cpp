// The question before the first write, on a terminal.
#include "tests/cli/job_file.hpp"
#include "tests/support/on_a_terminal.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class confirmation : public ::testing::Test {
 protected:
  confirmation() { input_ = workspace_.input("jobs.csv", to_csv(jobs_)); }
  void SetUp() override { PAWL_NEEDS_A_TERMINAL(); }
  child_options command(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"run", input_.string(), "--rate", "unlimited", "--summary", "s.json"};
    words.insert(words.end(), more.begin(), more.end());
    return workspace_.command(words);
  }
  std::string stop_reason() const {
    return std::string{read_summary(workspace_.files() / "s.json").at("stop_reason").as_string()};
  }
  void expect_nothing_written() const {
    EXPECT_EQ(number(sandbox_.totals(), "writes"), 0);
    EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(input_)));
  }

  sandbox_process sandbox_{{"--threads", "20", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::vector<thread_job> jobs_ = make_jobs(20);
  std::filesystem::path input_;
};

TEST_F(confirmation, ShowsWhatItIsAboutToDoAndAppliesItAfterAYes) {
  on_a_terminal run{command()};
  ASSERT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
  for (const auto* text :
       {"target: productlane ", "(account ", "input:  ", "fields: ", "webhooks", "writes: up to 20"})
    EXPECT_THAT(run.shown(), HasSubstr(text));
  expect_nothing_written();
  run.type("y\n");
  EXPECT_EQ(run.wait(), 0) << run.shown();
  EXPECT_TRUE(applied(sandbox_, jobs_));
}

TEST_F(confirmation, AnythingElseSendsNothing) {
  for (const std::string answer : {"\n", "n\n", "nope\n"}) {
    on_a_terminal run{command()};
    ASSERT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
    run.type(answer);
    EXPECT_EQ(run.wait(), 2) << run.shown();
    EXPECT_THAT(run.shown(), HasSubstr("nothing was sent"));
    EXPECT_EQ(stop_reason(), "declined");
    expect_nothing_written();
  }
}

TEST_F(confirmation, TheEndOfTheInputIsANo) {
  on_a_terminal run{command()};
  ASSERT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
  run.type('\x04');
  EXPECT_EQ(run.wait(), 2) << run.shown();
  EXPECT_THAT(run.shown(), HasSubstr("nothing was sent"));
  expect_nothing_written();
}

TEST_F(confirmation, ControlCEndsAtOnce) {
  on_a_terminal run{command()};
  ASSERT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
  run.type('\x03');
  EXPECT_EQ(run.wait(), 130) << run.shown();
  EXPECT_EQ(stop_reason(), "signal");
  expect_nothing_written();
}

TEST_F(confirmation, ControlCAfterAYesDrainsTheRun) {
  sandbox_.configure(R"({"delay":"300ms"})");
  on_a_terminal run{command({"--concurrency", "1"})};
  ASSERT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
  run.type("y\n");
  ASSERT_TRUE(wait_until([&] { return number(sandbox_.totals(), "writes") > 0; })) << run.shown();
  run.type('\x03');
  EXPECT_EQ(run.wait(), 130) << run.shown();
  EXPECT_THAT(run.shown(), HasSubstr("SIGINT: finishing what is on the wire"));
  EXPECT_EQ(stop_reason(), "signal");
  EXPECT_GT(number(read_summary(workspace_.files() / "s.json"), "pending"), 0);
}

TEST_F(confirmation, AWindowThatClosesIsNoYes) {
  on_a_terminal run{command()};
  ASSERT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
  run.close();
  EXPECT_EQ(run.wait(), 129);
  expect_nothing_written();
}

TEST_F(confirmation, IsNotAskedForWithYesNorOffATerminal) {
  on_a_terminal run{command({"--yes"})};
  EXPECT_EQ(run.wait(), 0) << run.shown();
  EXPECT_THAT(run.shown(), Not(HasSubstr("[y/N]")));
  EXPECT_TRUE(applied(sandbox_, jobs_));
  const auto off = workspace_.run({"run", input_.string(), "--again", "--rate", "unlimited"});
  EXPECT_EQ(off.exit_code, 0) << off.errors;
  EXPECT_THAT(off.errors, Not(HasSubstr("[y/N]")));
}

TEST_F(confirmation, ComesAgainForTheRestOfARunWithItsFields) {
  ASSERT_EQ(workspace_.run({"run", input_.string(), "--rate", "unlimited", "--limit", "5"}).exit_code, 3);
  on_a_terminal run{command()};
  ASSERT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
  EXPECT_THAT(run.shown(), HasSubstr("20 rows, 15 left"));
  EXPECT_THAT(run.shown(), HasSubstr("fields: "));
  EXPECT_THAT(run.shown(), HasSubstr("webhooks"));
  run.type("yes\n");
  EXPECT_EQ(run.wait(), 0) << run.shown();
  EXPECT_TRUE(applied(sandbox_, jobs_));
}

// What a first run has counted stands in the ledger, so the rows are not read again for the question.
TEST_F(confirmation, TakesTheFieldsOfARunThatGoesOnFromTheLedger) {
  ASSERT_EQ(workspace_.run({"run", input_.string(), "--rate", "unlimited", "--limit", "5"}).exit_code, 3);
  const auto ledger = pawl_workspace::ledger_of(input_);
  const auto shown_after = [&](const std::string& change) {
    sqlite_change(ledger, "update generation set settings = " + change);
    on_a_terminal run{command()};
    EXPECT_TRUE(run.wait_for("Apply this? [y/N]")) << run.shown();
    run.type("n\n");
    EXPECT_EQ(run.wait(), 2) << run.shown();
    return run.shown();
  };
  const auto as_counted = shown_after("settings");
  EXPECT_THAT(as_counted, HasSubstr("title 20"));
  EXPECT_THAT(shown_after("replace(settings, 'title=20', 'title=1234')"), HasSubstr("title 1,234"));
  // An earlier version has kept nothing, and one that is not readable counts as nothing.
  EXPECT_THAT(shown_after("replace(settings, 'title=1234', 'title=')"), HasSubstr("title 20"));
  EXPECT_THAT(shown_after("replace(settings, 'validated.', 'other.')"), HasSubstr("title 20"));
}

TEST_F(confirmation, IsNotAskedForWhereNothingIsLeftOrTheInputIsWrong) {
  on_a_terminal first{command({"--yes"})};
  ASSERT_EQ(first.wait(), 0);
  on_a_terminal again{command()};
  EXPECT_EQ(again.wait(), 0);
  EXPECT_THAT(again.shown(), Not(HasSubstr("[y/N]")));
  workspace_.input("jobs.csv", "id,status\nthr_000001,nonsense\n");
  on_a_terminal wrong{command()};
  EXPECT_EQ(wrong.wait(), 2);
  EXPECT_THAT(wrong.shown(), Not(HasSubstr("[y/N]")));
}

}  // namespace
}  // namespace pawl::test
