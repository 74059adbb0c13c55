// What comes through a pipe comes once: it is refused where it may be cut off, and kept where it cannot be
// applied now.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

namespace pawl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class piped_input : public ::testing::Test {
 protected:
  child_result piped(const std::string& text, std::vector<std::string> arguments) {
    auto command = workspace_.command(std::move(arguments));
    command.input = text;
    return run_child(command);
  }
  // Behind "...: pawl " in the line of standard error that holds `mark`.
  static std::vector<std::string> command_behind(const std::string& errors, const std::string& mark) {
    std::istringstream lines(errors);
    for (std::string line; std::getline(lines, line);) {
      if (line.find(mark) == std::string::npos) continue;
      const auto at = line.find(": pawl ");
      std::istringstream words(line.substr(at + 7));
      return {std::istream_iterator<std::string>{words}, {}};
    }
    return {};
  }

  sandbox_process sandbox_{{"--threads", "20", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
};

TEST_F(piped_input, IsRefusedWhereItsLastLineHasNoEnd) {
  const std::string cut = "title,id\nname 1,thr_000001\nname 2,thr_00000";
  for (const auto* command : {"run", "plan", "check"}) {
    std::vector<std::string> arguments{command, "-", "--ledger", "cut.ledger"};
    const bool is_plan = arguments.front() == "plan";
    arguments.insert(arguments.end(), {is_plan ? "--input-format" : "--format", "csv"});
    const auto refused = piped(cut, arguments);
    EXPECT_EQ(refused.exit_code, 2) << command << refused.errors;
    EXPECT_THAT(refused.errors, AllOf(HasSubstr("stdin:3: the last line has no end"),
                                      HasSubstr("name 2,thr_00000;"), HasSubstr("--allow-open-end")));
  }
  EXPECT_EQ(number(sandbox_.totals(), "requests"), 0);
  // Who says so takes it as it is.
  const auto whole = piped("title,id\nname 1,thr_000001\nname 2,thr_000002",
                           {"run", "-", "--format", "csv", "--ledger", "open.ledger", "--allow-open-end"});
  EXPECT_EQ(whole.exit_code, 0) << whole.errors;
  // A file has the end that its owner gave it.
  const auto file = workspace_.input("open.csv", "title,id\nname 3,thr_000003");
  EXPECT_EQ(workspace_.run({"run", file.string()}).exit_code, 0);
}

TEST_F(piped_input, IsRefusedSoThroughANamedPipeToo) {
  const auto pipe = workspace_.files() / "jobs.ndjson";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    write_file(pipe, "{\"id\":\"thr_000001\",\"title\":\"a\"}\n{\"id\":\"thr_000002\",\"title\":\"b\"}");
  });
  const auto refused = workspace_.run({"run", pipe.string(), "--ledger", "l.ledger"});
  writer.join();
  EXPECT_EQ(refused.exit_code, 2) << refused.errors;
  EXPECT_THAT(refused.errors, HasSubstr("jobs.ndjson:2: the last line has no end"));
}

TEST_F(piped_input, IsKeptWhileAnotherRunIsNotFinished) {
  const std::string first = "id,title\nthr_000001,a\nthr_000002,a\nthr_000003,a\n";
  const std::string second =
      "{\"id\":\"thr_000003\",\"title\":\"b\"}\n{\"id\":\"thr_000004\",\"title\":\"b\"}\n";
  const auto ledger = (workspace_.files() / "night.ledger").string();
  ASSERT_EQ(piped(first, {"run", "-", "--format", "csv", "--ledger", ledger, "--limit", "1"}).exit_code, 3);
  const std::vector<std::string> again{"run",      "-",    "--format", "ndjson",
                                       "--ledger", ledger, "--rate",   "unlimited"};
  auto refused = piped(second, again);
  EXPECT_EQ(refused.exit_code, 2) << refused.errors;
  EXPECT_THAT(refused.errors, HasSubstr("what came is kept as " + ledger + ".input."));
  // The same bytes have the same name.
  const auto once_more = piped(second, again);
  EXPECT_EQ(once_more.exit_code, 2);
  std::size_t kept = 0;
  for (const auto& file : std::filesystem::directory_iterator(workspace_.files().path()))
    kept += file.path().filename().string().starts_with("night.ledger.input");
  EXPECT_EQ(kept, 2u) << "the input of the unfinished run, and what came";

  const auto go_on = command_behind(refused.errors, "to go on with the unfinished run");
  const auto then = command_behind(refused.errors, "and then with what came");
  const auto instead = command_behind(refused.errors, "or to give up");
  ASSERT_FALSE(go_on.empty() || then.empty() || instead.empty()) << refused.errors;
  EXPECT_EQ(instead.back(), "--fresh");
  const auto finished = workspace_.run(go_on);
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  const auto applied_then = workspace_.run(then);
  EXPECT_EQ(applied_then.exit_code, 0) << applied_then.errors;
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(generation || ' ' || id) from job"),
            "1 thr_000001,1 thr_000002,1 thr_000003,2 thr_000003,2 thr_000004");
  EXPECT_EQ(sandbox_.thread("thr_000004").at("title").as_string(), "b");
}

TEST_F(piped_input, IsNotKeptWhereItIsThatOfTheUnfinishedRun) {
  const std::string text = "id,title\nthr_000001,a\nthr_000002,a\n";
  ASSERT_EQ(piped(text, {"run", "-", "--format", "csv", "--ledger", "l.ledger", "--limit", "1"}).exit_code,
            3);
  const auto other =
      piped(text, {"run", "-", "--format", "csv", "--ledger", "l.ledger", "--set", "status=done"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.errors, Not(HasSubstr("is kept")));
  EXPECT_EQ(piped(text, {"run", "-", "--format", "csv", "--ledger", "l.ledger"}).exit_code, 0);
}

}  // namespace
}  // namespace pawl::test
