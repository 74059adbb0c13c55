// Mass closing of stale threads, from the list to the writes, while customers go on writing.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> ids_of(const std::string& csv) {
  std::vector<std::string> ids;
  std::istringstream lines{csv};
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) ids.push_back(line.substr(0, line.find(',')));
  return ids;
}

TEST(StaleThreads, ACustomersReplyAfterThePullIsNotClosedAway) {
  const sandbox_process sandbox{{"--threads", "100", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const std::string stale = "last_inbound_message_at older than 90d";
  const auto pull = workspace.run(
      {"pull", "--where", "status=open", "--where", stale, "--note", "none", "--out", "stale.csv"});
  ASSERT_EQ(pull.exit_code, 0) << pull.errors;
  const auto ids = ids_of(read_file(workspace.files() / "stale.csv"));
  ASSERT_GE(ids.size(), 4u);
  const auto& answered = ids[ids.size() / 2];
  sandbox.edit(answered, R"({"customer_reply":true})");

  const auto run = workspace.run({"run", "stale.csv", "--set", "status=done", "--only-if", stale, "--rate",
                                  "unlimited", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "skipped"), 1);
  EXPECT_EQ(number(summary, "applied"), static_cast<std::int64_t>(ids.size()) - 1);
  for (const auto& id : ids) {
    const auto thread = sandbox.thread(id);
    EXPECT_EQ(thread.at("applied").to_number<int>(), id == answered ? 0 : 1) << id;
    EXPECT_EQ(thread.at("status"), id == answered ? "open" : "done") << id;
  }
  const auto skipped = workspace.run({"export", "stale.csv.ledger", "--outcome", "skipped"});
  EXPECT_THAT(skipped.output, HasSubstr(answered));
  EXPECT_THAT(skipped.output, HasSubstr("last_inbound_message_at"));
}

}  // namespace
}  // namespace pawl::test
