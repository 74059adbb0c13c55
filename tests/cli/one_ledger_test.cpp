// One run, one ledger, one truth: whatever is done to the files of a run while it goes on is told, and never
// ends in success.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

namespace pawl::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class one_ledger : public ::testing::Test {
 protected:
  one_ledger() {
    have_rows(200);
    ledger_ = pawl_workspace::ledger_of(input_).string();
  }
  void have_rows(std::size_t count) {
    std::string csv = "id,title\n";
    for (const auto& job : make_jobs(count)) csv += job.id + ",new\n";
    input_ = workspace_.input("jobs.csv", csv);
  }
  // At 40 a second their run is still going on, on any machine, when something is taken from it.
  void have_many_rows() { have_rows(many); }

  child_process start(const std::string& rate, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"run",       input_.string(), "--rate", rate,
                                       "--summary", "s.json",        "--yes"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return workspace_.start(std::move(arguments));
  }
  bool has_written(std::int64_t rows) {
    return wait_until([&] { return number(sandbox_.totals(), "writes") >= rows; });
  }
  void remove_ledger() {
    for (const auto* ending : {"", "-wal", "-shm"}) fs::remove(ledger_ + ending);
  }
  std::string stop_reason() {
    return std::string{read_summary(workspace_.files() / "s.json").at("stop_reason").as_string()};
  }

  static constexpr std::size_t many = 1000;
  sandbox_process sandbox_{{"--threads", std::to_string(many), "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  fs::path input_;
  std::string ledger_;
};

TEST_F(one_ledger, ThatIsRemovedInMidRunStopsIt) {
  have_many_rows();
  auto run = start("40/s");
  ASSERT_TRUE(has_written(20)) << run.errors();
  remove_ledger();
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(),
              AllOf(HasSubstr("error: " + ledger_ + ": the ledger was removed while the run wrote to it"),
                    HasSubstr("are lost"), Not(HasSubstr("goes on where this stopped"))));
  EXPECT_EQ(stop_reason(), "ledger");
  EXPECT_LT(number(sandbox_.totals(), "writes"), std::int64_t{many}) << "and not at its end only";
}

TEST_F(one_ledger, ThatIsRemovedShortlyBeforeASignalIsNoInterruption) {
  have_many_rows();
  auto run = start("40/s");
  ASSERT_TRUE(has_written(20)) << run.errors();
  remove_ledger();
  run.signal(SIGINT);
  EXPECT_EQ(run.wait().code, 4) << run.errors();
}

// Two waves of replies half a second apart: the second is committed before the writer looks again.
TEST_F(one_ledger, ThatIsRemovedAtTheVeryEndIsNoSuccess) {
  const auto small = workspace_.input("small.csv", "id,title\nthr_000001,a\nthr_000002,a\n");
  const auto ledger = pawl_workspace::ledger_of(small);
  sandbox_.configure(R"({"delay":"500ms"})");
  auto run = workspace_.start(
      {"run", small.string(), "--rate", "unlimited", "--no-read-first", "--concurrency", "1"});
  ASSERT_TRUE(wait_until([&] {
    try {
      return sqlite_value(ledger, "select count(*) from job") == "1";
    } catch (const std::exception&) {
      return false;  // it is not there yet
    }
  })) << run.errors();
  for (const auto* ending : {"", "-wal", "-shm"}) fs::remove(ledger.string() + ending);
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(), AllOf(HasSubstr("was removed"), HasSubstr("2 rows: 2 applied")));
}

TEST_F(one_ledger, ThatIsMovedAwayKeepsWhatItHas) {
  auto run = start("40/s");
  ASSERT_TRUE(has_written(20)) << run.errors();
  fs::rename(ledger_, ledger_ + ".moved");
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(), HasSubstr("was moved away"));
  fs::rename(ledger_ + ".moved", ledger_);
  auto again = start("unlimited");
  EXPECT_EQ(again.wait().code, 0) << again.errors();
  EXPECT_THAT(again.errors(), HasSubstr("going on with the run"));
  EXPECT_EQ(sqlite_value(ledger_, "select count(*) from job"), "200");
}

TEST_F(one_ledger, LosesNothingWithItsLog) {
  have_many_rows();
  auto run = start("40/s");
  ASSERT_TRUE(has_written(20)) << run.errors();
  fs::remove(ledger_ + "-wal");
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(), HasSubstr(ledger_ + "-wal: this part of the ledger was removed"));
  const auto applied = number(read_summary(workspace_.files() / "s.json"), "applied");
  EXPECT_EQ(sqlite_value(ledger_, "pragma integrity_check"), "ok");
  EXPECT_EQ(sqlite_value(ledger_, "select count(*) from job"), std::to_string(applied));
}

TEST_F(one_ledger, LetsNoSecondRunInWhateverItIsCalled) {
  auto run = start("40/1h");  // then it waits: however slow the others are, they find it there
  ASSERT_TRUE(has_written(5)) << run.errors();
  const auto other = workspace_.files() / "other.ledger";
  const auto second = [&](const fs::path& ledger, const std::string& state) {
    return workspace_.run({"run", input_.string(), "--ledger", ledger.string(), "--state-dir", state});
  };
  fs::remove(ledger_ + ".lock");
  const auto unlocked = second(ledger_, "state2");
  EXPECT_EQ(unlocked.exit_code, 3) << unlocked.errors;
  EXPECT_THAT(unlocked.errors,
              HasSubstr("pid " + std::to_string(run.pid()) + " (pawl run), uses this ledger"));
  EXPECT_THAT(workspace_.run({"status", ledger_}).output, HasSubstr("pid " + std::to_string(run.pid())));
  fs::create_symlink(ledger_, other);
  const auto linked = second(other, "state3");
  EXPECT_EQ(linked.exit_code, 2) << linked.errors;
  EXPECT_THAT(linked.errors, HasSubstr("symbolic link"));
  fs::remove(other);
  fs::create_hard_link(ledger_, other);
  EXPECT_EQ(second(other, "state4").exit_code, 3);
  run.kill();
  const auto alone = second(other, "state5");
  EXPECT_EQ(alone.exit_code, 2) << alone.errors;
  EXPECT_THAT(alone.errors, HasSubstr("has 2 names (hard links)"));
}

TEST_F(one_ledger, BelongsToAnInputThatStaysAsItIs) {
  // All of it is read when the writes have hardly begun, and somebody makes it look untouched.
  auto run = start("100/s");
  ASSERT_TRUE(has_written(20)) << run.errors();
  const auto time = fs::last_write_time(input_);
  {
    std::fstream file(input_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-4, std::ios::end);
    file << "old";
  }
  fs::last_write_time(input_, time);
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(), HasSubstr(input_.string() + ": changed while"));
  EXPECT_EQ(stop_reason(), "input_changed");
}

TEST_F(one_ledger, BelongsToAnInputThatMayBeRenamed) {
  auto run = start("100/s");
  ASSERT_TRUE(has_written(20)) << run.errors();
  fs::permissions(input_, fs::perms::owner_read);
  fs::rename(input_, input_.string() + ".old");
  EXPECT_EQ(run.wait().code, 0) << run.errors();
}

TEST_F(one_ledger, IsAppliedWhateverDescriptorsAreClosed) {
  for (const auto* closed : {">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-", "<&-"}) {
    const auto input = workspace_.input("small.csv", "id,title\nthr_000001," + std::string(closed) + "\n");
    auto shell = workspace_.command({"run", input.string(), "--summary", "s.json", "--rate", "unlimited"});
    std::string line = "exec " + shell.program.string();
    for (const auto& argument : shell.arguments) line += " '" + argument + "'";
    shell.program = "/bin/sh";
    shell.arguments = {"-c", line + " " + closed};
    const auto run = run_child(shell);
    EXPECT_EQ(run.exit_code, 0) << closed;
    EXPECT_EQ(number(read_summary(workspace_.files() / "s.json"), "applied"), 1) << closed;
  }
  // What was to be printed and could not be is no success.
  auto shell = workspace_.command({});
  shell.arguments = {"-c", shell.program.string() + " status small.csv.ledger >&-"};
  shell.program = "/bin/sh";
  const auto status = run_child(shell);
  EXPECT_EQ(status.exit_code, 4);
  EXPECT_THAT(status.errors, HasSubstr("standard output: Bad file descriptor"));
}

}  // namespace
}  // namespace pawl::test
