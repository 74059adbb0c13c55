// An input where a ledger was asked for, and the other way round: the message names the right file.
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace pawl::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MixedUpFiles, AnInputNamesItsLedgerAndALedgerItsInput) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("my jobs.csv", "id,title\nthr_000001,new\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto requests = sandbox.journal().size();

  for (const auto* command : {"status", "undo", "export", "verify"}) {
    const auto result = workspace.run({command, input.string()});
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_THAT(result.errors, HasSubstr("is not a ledger")) << command;
    EXPECT_THAT(result.errors, HasSubstr("name that one: '" + input.string() + ".ledger'")) << command;
  }
  for (const auto* command : {"run", "check"}) {
    const auto result = workspace.run({command, input.string() + ".ledger"});
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_THAT(result.errors, HasSubstr("is a ledger, not an input; it belongs to " + input.string()))
        << command;
    EXPECT_THAT(result.errors, HasSubstr("name that one: '" + input.string() + "'\n")) << command;
  }
  EXPECT_EQ(sandbox.journal().size(), requests);

  const auto lonely = workspace.input("lonely.csv", "id,title\nthr_000001,new\n");
  const auto result = workspace.run({"status", lonely.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, Not(HasSubstr("name that one")));
}

// A pipe to which nobody writes would be waited for without end.
TEST(MixedUpFiles, APipeIsNotWaitedFor) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("jobs.csv", "id,title\nthr_000001,new\n");
  ASSERT_EQ(workspace.run({"run", "jobs.csv"}).exit_code, 0);
  const auto pipe = [&](const std::string& name) {
    const auto path = workspace.files() / name;
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  };
  const auto refused = [&](const std::vector<std::string>& command, int exit_code, const std::string& named) {
    const auto result = workspace.run(command, std::chrono::seconds{20});
    EXPECT_EQ(result.exit_code, exit_code) << command[0] << result.errors;
    EXPECT_THAT(result.errors, AnyOf(HasSubstr("is not a regular file"), HasSubstr("is a pipe, not a file")));
    EXPECT_THAT(result.errors, HasSubstr(named)) << command[0];
  };
  for (const std::string ending : {"-journal", "-wal", "-shm"}) {
    pipe("jobs.csv.ledger" + ending);
    for (const auto* command : {"status", "export", "verify", "undo"})
      refused({command, "jobs.csv.ledger"}, 4, "jobs.csv.ledger" + ending);
    std::filesystem::remove(workspace.files() / ("jobs.csv.ledger" + ending));
  }
  pipe("jobs.csv.ledger.lock");
  refused({"status", "jobs.csv.ledger"}, 4, "jobs.csv.ledger.lock");
  refused({"run", "jobs.csv"}, 2, "jobs.csv.ledger.lock");
  pipe("pipe.ledger");
  for (const auto* command : {"status", "export", "verify", "undo"})
    refused({command, "pipe.ledger"}, 2, "pipe.ledger");
  refused({"plan", "jobs.csv", "--ledger", "pipe.ledger"}, 2, "pipe.ledger");

  // What was found is no pipe either, nor is what it names.
  pipe("pawl.toml");
  refused({"trust"}, 2, "pawl.toml");
  refused({"check", "jobs.csv"}, 2, "pawl.toml");
  std::filesystem::remove(workspace.files() / "pawl.toml");
  workspace.input("pawl.toml", "api.profile = \"./pipe.toml\"\n");
  pipe("pipe.toml");
  const auto found = workspace.run({"check", "jobs.csv"}, std::chrono::seconds{20});
  EXPECT_EQ(found.exit_code, 2) << found.errors;
  ASSERT_EQ(workspace.run({"trust"}, std::chrono::seconds{20}).exit_code, 0);
  refused({"check", "jobs.csv"}, 2, "pipe.toml");
}

// Who names a pipe has something behind it.
TEST(MixedUpFiles, APipeThatIsNamedIsRead) {
  const pawl_workspace workspace;
  workspace.input("jobs.csv", "id,title\nthr_000001,new\n");
  auto wanted = workspace.command({});
  const auto pawl = wanted.program.string();
  wanted.program = "/bin/bash";
  wanted.arguments = {"-c", "mkfifo late && { echo 'limits.write = \"9/s\"' > late & } && '" + pawl +
                                "' check jobs.csv --config late && '" + pawl +
                                "' check jobs.csv --config <(echo 'limits.write = \"9/s\"')"};
  const auto result = run_child(wanted, std::chrono::seconds{20});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
}

}  // namespace
}  // namespace pawl::test
