#include "cli/terminal/log.hpp"

#include "engine/text/redaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include <unistd.h>

namespace pawl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// What `speak` writes to a standard error that is a pipe.
std::string heard(const log_options& options, const std::function<void(log&)>& speak) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  {
    console out{ends[1]};
    auto opened = log::open(options, out);
    EXPECT_TRUE(opened);
    if (opened) speak(*opened);
  }
  ::close(ends[1]);
  std::string all;
  for (char c = 0; ::read(ends[0], &c, 1) == 1;) all += c;
  ::close(ends[0]);
  return all;
}

void say_everything(log& l) {
  l.note("a note with {braces}");
  l.warning("a warning");
  l.error(failure{failure_kind::usage, "--rate", "is wrong", "mend it"});
  l.diagnostic("jobs.csv:3: status: what");
  l.detail("a detail");
}

TEST(Log, TextIsForPeople) {
  EXPECT_EQ(heard({}, say_everything),
            "a note with {braces}\nwarning: a warning\nerror: --rate: is wrong; mend it\n"
            "jobs.csv:3: status: what\n");
}

TEST(Log, QuietLeavesErrorsAndWarnings) {
  log_options quiet;
  quiet.verbosity = -1;
  EXPECT_EQ(heard(quiet, say_everything),
            "warning: a warning\nerror: --rate: is wrong; mend it\njobs.csv:3: status: what\n");
}

TEST(Log, VerboseAddsDetails) {
  log_options verbose;
  verbose.verbosity = 1;
  EXPECT_THAT(heard(verbose, say_everything), HasSubstr("a detail\n"));
}

TEST(Log, ControlCharactersNeverReachATerminal) {
  EXPECT_EQ(heard({}, [](log& l) { l.note("evil \x1b[2J\nsecond line"); }), "evil \\x1b[2J\nsecond line\n");
}

TEST(Log, JsonIsAnObjectALine) {
  log_options json;
  json.format = config::log_format::json;
  EXPECT_THAT(heard(json, [](log& l) { l.warning("say \"hi\"\nthere"); }),
              MatchesRegex("\\{\"time\": \"[-0-9T:.]+Z\", \"level\": \"warning\", "
                           "\"message\": \"say \\\\\"hi\\\\\"\\\\nthere\"\\}\n"));
}

TEST(Log, AFileGetsNotesEvenWhereTheTerminalIsQuiet) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("pawl-log-" + std::to_string(::getpid()))).string();
  std::filesystem::remove(path);
  log_options options;
  options.verbosity = -1;
  options.file = path;
  EXPECT_THAT(heard(options, say_everything), Not(HasSubstr("a note")));
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr("Z a note with {braces}\n"));
  EXPECT_THAT(text, HasSubstr("Z error: --rate: is wrong"));
  std::filesystem::remove(path);
}

TEST(Log, AFileHasNoKeyInUse) {
  keep_secret("sk-of-the-log-1");
  log_options options;
  options.file =
      (std::filesystem::temp_directory_path() / ("pawl-key-log-" + std::to_string(::getpid()))).string();
  std::filesystem::remove(options.file);
  heard(options, [](log& l) { l.note("said sk-of-the-log-1 here"); });
  std::ifstream in(options.file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr("said *************** here"));
  std::filesystem::remove(options.file);
}

TEST(Log, MakesNoDirectories) {
  console out{STDERR_FILENO};
  const auto missing =
      std::filesystem::temp_directory_path() / ("pawl-no-such-directory-" + std::to_string(::getpid()));
  log_options options;
  options.file = (missing / "pawl.log").string();
  const auto opened = log::open(options, out);
  ASSERT_FALSE(opened);
  EXPECT_THAT(to_string(opened.error()),
              HasSubstr("there is no directory \"" + missing.string() + "\"; make it"));
  EXPECT_FALSE(std::filesystem::exists(missing));
}

TEST(Log, AFileThatCannotBeOpenedIsAUsageError) {
  console out{STDERR_FILENO};
  log_options options;
  options.file = "/dev/null/pawl.log";
  const auto opened = log::open(options, out);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, failure_kind::usage);
}

}  // namespace
}  // namespace pawl::cli
