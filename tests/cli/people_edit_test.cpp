// Somebody edits what a run is about to write: between its read and its write, so that what it has planned is
// out of date. No such edit may be lost where the profile shows the API what was read.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pawl::test {
namespace {

TEST(PeopleWhoEdit, LoseNothingAtZendesk) {
  constexpr int tickets = 24;
  const pawl_workspace workspace;
  const auto key = workspace.input("key", "test-key-0123456789\n");
  std::string rows = "id,add_tags\n";
  for (int n = 1; n <= tickets; ++n) (rows += std::to_string(n)) += ",migrated\n";
  const auto input = workspace.input("jobs.csv", rows);
  const sandbox_process sandbox{
      {"--api", "zendesk", "--key", "test-key-0123456789", "--seed-from", input.string(), "--delay", "60ms"}};
  auto run = workspace.start(
      {"run", input.string(), "--yes", "--concurrency", "1", "--profile", "zendesk-tickets", "--base-url",
       "https://localhost:" + std::to_string(sandbox.port()) + "/api/v2", "--ca-file", sandbox.ca_file(),
       "--token-file", key.string(), "-o", "vars.site=acme", "-o", "vars.email=a@b.c"});
  // Each ticket is edited once, when it has been read: by then its write is under way, or soon will be.
  for (int n = 1; n <= tickets; ++n) {
    const auto id = std::to_string(n);
    const auto was_read = [&] { return sandbox.resource(id).at("reads_seen").to_number<int>() > 0; };
    ASSERT_TRUE(wait_until(was_read)) << run.errors();
    sandbox.edit_resource(id, R"({"set":{"tags":["by-hand"],"priority":"high"}})");
  }
  ASSERT_EQ(run.wait().code, 0) << run.errors();
  int both = 0;
  for (int n = 1; n <= tickets; ++n) {
    const auto ticket = sandbox.resource(std::to_string(n));
    EXPECT_EQ(ticket.at("overwritten_unseen"), 0) << n;
    const auto& fields = ticket.at("fields");
    const auto tags = boost::json::serialize(fields.at("tags"));
    EXPECT_NE(tags.find("by-hand"), std::string::npos) << n << ": " << tags;
    EXPECT_EQ(fields.at("priority"), "high") << n;
    both += tags.find("migrated") != std::string::npos;
  }
  const auto conflicts = std::ranges::count_if(
      sandbox.journal(), [](const auto& line) { return line.at("status").template to_number<int>() == 409; });
  EXPECT_GT(conflicts, tickets / 4) << "else nobody was in between";
  EXPECT_GE(both, static_cast<int>(conflicts)) << "a row is planned anew and applied";
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from job where outcome = 'applied'"),
      std::to_string(tickets));
}

}  // namespace
}  // namespace pawl::test
