// An input where a ledger was asked for, and the other way round: the message names the right file.
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::test {
namespace {

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

}  // namespace
}  // namespace pawl::test
