// What `pawl plan` says of the two ways of a run: with reads before the writes, and without.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PlanPrice, IsToldOfBothWaysWhereReadFirstIsAuto) {
  const sandbox_process sandbox{{"--threads", "20"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(20)));
  const auto plan = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"plan", input.string(), "-o", "read_first=auto"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return workspace.run(arguments);
  };
  const auto dear = plan({"-o", "limits.read=10/min"});
  EXPECT_THAT(dear.output, HasSubstr("\nread_first is off: nothing is read, and every row is written"));
  EXPECT_THAT(
      dear.output,
      HasSubstr("\nauto:   reads are not free here; with them 21 reads and up to 20 writes, about 2 min"));
  EXPECT_EQ(number(sandbox.totals(), "reads"), 1) << "the account alone";
  const auto free = plan({});
  EXPECT_EQ(free.exit_code, 0) << free.errors;
  EXPECT_THAT(free.output, HasSubstr("\nauto:   reads are free here; without them 20 writes, about "));
  EXPECT_EQ(number(sandbox.totals(), "reads"), 22) << "then each row too";
  const auto shared = plan({"-o", "limits.all=5000/h"});
  EXPECT_THAT(shared.output, HasSubstr("reads are not free here")) << shared.errors;
  const auto on = workspace.run({"plan", input.string()});
  EXPECT_THAT(on.output, Not(HasSubstr("auto:"))) << "who has decided is asked nothing";

  const auto run = workspace.run({"run", input.string(), "-o", "read_first=auto", "-o", "limits.all=5000/h"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors,
              HasSubstr("read_first = auto, and reads cost quota or time of the writes here: every row is "
                        "written"));
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input),
                         "select count(*) from intent where old_values is not null"),
            "0");
}

}  // namespace
}  // namespace pawl::test
