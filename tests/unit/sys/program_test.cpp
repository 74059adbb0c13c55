#include "engine/sys/program.hpp"

#include "engine/sys/clock.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace pawl {
namespace {

using namespace std::chrono_literals;
using how = program_end::how;

const std::atomic<bool> nobody_gives_up{false};

program_end run(const std::vector<std::string>& arguments, program_limits limits = {}) {
  return run_program(arguments, limits, nobody_gives_up);
}
program_end shell(const std::string& script, program_limits limits = {}) {
  return run({"sh", "-c", script}, limits);
}

struct end_case {
  const char* script;
  how is;
  int number;
  const char *output, *errors;
};

TEST(Program, TellsHowItEndedAndWhatItSaid) {
  const end_case cases[] = {
      {"echo key", how::exited, 0, "key\n", ""},
      {"printf 'a\\nb'; echo no >&2; exit 3", how::exited, 3, "a\nb", "no\n"},
      {"exit 255", how::exited, 255, "", ""},
      {"echo x; kill -TERM $$", how::signalled, SIGTERM, "x\n", ""},
      {"kill -KILL $$", how::signalled, SIGKILL, "", ""},
      {"cat", how::exited, 0, "", ""},  // nothing stands in its standard input
      {"exec >&-; exec 2>&-; sleep 0.1; exit 4", how::exited, 4, "", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.script);
    const auto end = shell(c.script);
    EXPECT_EQ(end.is, c.is);
    EXPECT_EQ(end.number, c.number);
    EXPECT_EQ(end.output, c.output);
    EXPECT_EQ(end.errors, c.errors);
    EXPECT_FALSE(end.errors_are_cut);
  }
}

TEST(Program, GetsItsArgumentsAsTheyAre) {
  EXPECT_EQ(run({"printf", "%s|", "a b", "$HOME", "'\"`", "", "\xff"}).output, "a b|$HOME|'\"`||\xff|");
}

TEST(Program, ThatIsNotThereIsNotStarted) {
  for (const auto* none : {"no-such-program-of-pawl", "/no/such/program", "/"}) {
    const auto end = run({none});
    EXPECT_EQ(end.is, how::not_started) << none;
    EXPECT_EQ(end.number, std::string{none} == "/" ? EACCES : ENOENT) << none;
  }
}

TEST(Program, GetsNoDescriptorAndNoSignalOfThisProcess) {
  const int open = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  ASSERT_GT(open, 2);
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked, old;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &old);
  EXPECT_EQ(shell("test -e /proc/self/fd/" + std::to_string(open) + " && echo open").output, "");
  EXPECT_EQ(shell("kill -PIPE $$; echo ignored").number, SIGPIPE);
  EXPECT_EQ(shell("kill -TERM $$; echo blocked").number, SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  std::signal(SIGPIPE, before);
  ::close(open);
}

TEST(Program, HasTheEnvironmentOfThisProcess) {
  ::setenv("PAWL_PROGRAM_TEST", "there", 1);
  EXPECT_EQ(shell("printf %s \"$PAWL_PROGRAM_TEST\"").output, "there");
  ::unsetenv("PAWL_PROGRAM_TEST");
}

// Whether the process of this number in the file is gone; a zombie is.
bool is_gone(const std::string& file) {
  std::ifstream in(file);
  std::string pid, name, state;
  in >> pid;
  std::ifstream status("/proc/" + pid + "/stat");
  status >> pid >> name >> state;
  return !status || state == "Z" || state == "X";
}

struct in_a_directory : ::testing::Test {
  void SetUp() override {
    auto pattern = (std::filesystem::temp_directory_path() / "pawl-program-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory); }
  void expect_gone(const std::string& name) const {
    const auto until = clock::now() + 5s;
    while (!is_gone(directory + "/" + name) && clock::now() < until) std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(is_gone(directory + "/" + name)) << name;
  }
  std::string directory;
};
using ProgramGroup = in_a_directory;

TEST_F(ProgramGroup, IsKilledAsAWholeWhenTheTimeIsUp) {
  program_limits limits;
  limits.time = 500ms;
  // The grandchild keeps both pipes open, and heeds no SIGTERM.
  const auto began = clock::now();
  const auto end = shell("echo half; (trap '' TERM; echo $$ > " + directory + "/shell; sh -c 'echo $$ > " +
                             directory + "/grandchild; sleep 60; true'; true)",
                         limits);
  EXPECT_EQ(end.is, how::timed_out);
  EXPECT_EQ(end.output, "half\n");
  EXPECT_GE(clock::now() - began, 500ms);
  EXPECT_LT(clock::now() - began, 20s) << "it does not wait for the sleep";
  expect_gone("grandchild");
  expect_gone("shell");
}

TEST_F(ProgramGroup, IsKilledWhenNobodyWaitsAnyMore) {
  std::atomic<bool> given_up{false};
  std::thread other([&] {
    const auto until = clock::now() + 10s;
    while (!std::filesystem::exists(directory + "/pid") && clock::now() < until)
      std::this_thread::sleep_for(1ms);
    given_up = true;
  });
  const auto began = clock::now();
  const auto end = run_program(
      {"sh", "-c",
       "echo $$ > " + directory + "/new; mv " + directory + "/new " + directory + "/pid; sleep 60; true"},
      {}, given_up);
  other.join();
  EXPECT_EQ(end.is, how::given_up);
  EXPECT_LT(clock::now() - began, 25s);
  expect_gone("pid");
}

TEST_F(ProgramGroup, IsKilledWhenItPrintsWithoutEnd) {
  program_limits limits;
  limits.output = 1000;
  const auto end = shell("echo $$ > " + directory + "/pid; yes", limits);
  EXPECT_EQ(end.is, how::too_much);
  EXPECT_EQ(end.output.size(), 1000u);
  expect_gone("pid");
  EXPECT_EQ(shell("head -c 1000 /dev/zero", limits).is, how::exited);
  EXPECT_EQ(shell("head -c 1001 /dev/zero", limits).is, how::too_much);
}

TEST(Program, KeepsTheEndOfEndlessWords) {
  program_limits limits;
  limits.output = 1000;
  const auto end = shell("yes no | head -n 100000 >&2; echo last >&2; echo key", limits);
  EXPECT_EQ(end.is, how::exited);
  EXPECT_EQ(end.output, "key\n");
  EXPECT_EQ(end.errors.size(), 1000u);
  EXPECT_TRUE(end.errors.ends_with("no\nlast\n"));
  EXPECT_TRUE(end.errors_are_cut);
  limits.time = 300ms;
  EXPECT_EQ(shell("yes >&2", limits).is, how::timed_out);
}

TEST(Program, DoesNotWaitForWhatItLeavesInTheBackground) {
  const auto began = clock::now();
  const auto end = shell("sleep 10 & echo key; kill -0 $!");
  EXPECT_EQ(end.is, how::exited);
  EXPECT_EQ(end.output, "key\n");
  EXPECT_LT(clock::now() - began, 8s);
}

}  // namespace
}  // namespace pawl
