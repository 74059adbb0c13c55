// Writes of which the API tells nobody: what the sandbox was sent, whom it told, and what people are told.
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

std::vector<std::string> paths_of(const sandbox_process& sandbox, std::string_view method) {
  std::vector<std::string> all;
  for (const auto& line : sandbox.journal())
    if (line.at("method").as_string() == method) all.emplace_back(line.at("path").as_string());
  return all;
}

struct quiet_jira : ::testing::Test {
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--profile", "jira-issues", "--base-url",
                                       "https://localhost:" + std::to_string(sandbox.port()) + "/rest/api/3",
                                       "-o", "vars.site=acme", "-o", "vars.email=a@b.c"});
    return arguments;
  }
  child_result pawl(std::vector<std::string> arguments) const {
    return workspace.run(command(std::move(arguments)));
  }

  temp_dir files;
  std::filesystem::path seeds_file = [this] {
    write_file(files / "seeds.csv", rows);
    return files / "seeds.csv";
  }();
  static constexpr const char* rows = "id,summary\n10001,Hello\n10002,World\n10003,Again\n";
  sandbox_process sandbox{
      {"--api", "jira", "--key", "test-key-0123456789", "--seed-from", seeds_file.string()}};
  pawl_workspace workspace{sandbox, "test-key-0123456789"};
  std::filesystem::path input = workspace.input("jobs.csv", rows);
};

TEST_F(quiet_jira, NobodyIsToldWhereItIsAskedFor) {
  const auto plan = pawl({"plan", input.string(), "--quiet-api"});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("told:   nobody, as far as the API grants it: each write has "
                                     "notifyUsers=false (--quiet-api)\n"));
  EXPECT_THAT(plan.output, HasSubstr("Watchers of an issue are mailed"));
  const auto run = pawl({"run", input.string(), "--quiet-api"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("told:   nobody, as far as the API grants it"));
  const auto writes = paths_of(sandbox, "PUT");
  EXPECT_EQ(writes.size(), 3u);
  for (const auto& path : writes) {
    EXPECT_THAT(path, HasSubstr("notifyUsers=false"));
    EXPECT_THAT(path, HasSubstr("returnIssue=true"));
  }
  for (const auto& path : paths_of(sandbox, "GET")) EXPECT_THAT(path, Not(HasSubstr("notifyUsers")));
  EXPECT_EQ(number(sandbox.totals(), "notices"), 0);

  const auto undo = workspace.run({"undo", input.string() + ".ledger", "--profile", "jira-issues"});
  EXPECT_EQ(undo.exit_code, 0) << undo.errors;
  EXPECT_THAT(undo.errors, HasSubstr("note: its writes asked the API to tell nobody; run these jobs with "
                                     "--quiet-api to do so again"));
  EXPECT_EQ(pawl({"run", workspace.input("undo.ndjson", undo.output).string(), "--quiet-api"}).exit_code, 0);
  EXPECT_EQ(number(sandbox.totals(), "notices"), 0);
}

TEST_F(quiet_jira, ByDefaultWhoIsToldIsSaidAndHowToAvoidIt) {
  const auto plan = pawl({"plan", input.string()});
  EXPECT_THAT(plan.output, HasSubstr("told:   whom the API tells of any change; --quiet-api asks it to tell "
                                     "nobody (notifyUsers=false)\n"));
  const auto run = pawl({"run", input.string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("--quiet-api asks it to tell nobody (notifyUsers=false)"));
  for (const auto& path : paths_of(sandbox, "PUT")) EXPECT_THAT(path, Not(HasSubstr("notifyUsers")));
  EXPECT_EQ(number(sandbox.totals(), "notices"), 3);
  const auto undo = workspace.run({"undo", input.string() + ".ledger", "--profile", "jira-issues"});
  EXPECT_THAT(undo.errors, Not(HasSubstr("--quiet-api")));
}

TEST_F(quiet_jira, ARunGoesOnAsItBegan) {
  const auto canary = pawl({"run", input.string(), "--quiet-api", "--limit", "1"});
  EXPECT_EQ(canary.exit_code, 3) << canary.errors;
  const auto loud = pawl({"run", input.string()});
  EXPECT_EQ(loud.exit_code, 2) << loud.errors;
  EXPECT_THAT(loud.errors, HasSubstr("--quiet-api was notifyUsers=false and is not given"));
  EXPECT_EQ(paths_of(sandbox, "PUT").size(), 1u);
  EXPECT_EQ(pawl({"run", input.string(), "--quiet-api"}).exit_code, 0);
  EXPECT_EQ(number(sandbox.totals(), "notices"), 0);
  EXPECT_EQ(number(sandbox.totals(), "applied"), 3);
}

TEST(QuietApi, AProfileWithoutSuchASwitchRefusesIt) {
  const sandbox_process sandbox{{"--threads", "2"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(2)));
  for (const auto* command : {"run", "plan"}) {
    const auto done = workspace.run({command, input.string(), "--quiet-api"});
    EXPECT_EQ(done.exit_code, 2);
    EXPECT_THAT(done.errors,
                HasSubstr("--quiet-api: profile productlane has no [quiet], so it does not say how a "
                          "write tells nobody; leave it out, or add [quiet]"));
  }
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
  EXPECT_THAT(workspace.run({"plan", input.string()}).output, Not(HasSubstr("told:")));
}

TEST(QuietApi, HeadersAndMembersOfTheBodyAreSentToo) {
  const temp_dir files;
  write_file(files / "api.json", R"({ "write": { "fields_at": "item" } })");
  const sandbox_process sandbox{
      {"--api", "generic", "--api-file", (files / "api.json").string(), "--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("items.toml", R"(
name = "items"
base_url = "https://items.example"
reply = "none"
unknown_fields = "refuse"
[resource]
path = "/items/{id}"
[write]
body.item = "{fields}"
[quiet]
headers = { X-Silent = "1" }
body = { skip_notifications = true }
[auth]
token_env = "KEY"
scheme = "Bearer"
[limits]
write = "unlimited"
read = "unlimited"
[fields.title]
type = "string"
)");
  const auto input = workspace.input("jobs.csv", "id,title\nitem-1,new\n");
  const auto run = workspace.run(
      {"run", input.string(), "--profile", "items.toml", "--base-url", sandbox.root_url(), "--quiet-api"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("each write has X-Silent: 1, skip_notifications = true"));
  const auto journal = sandbox.journal();
  ASSERT_FALSE(journal.empty());
  EXPECT_EQ(journal.back().at("body").as_string(), R"({"item":{"title":"new"},"skip_notifications":true})");
}

}  // namespace
}  // namespace pawl::test
