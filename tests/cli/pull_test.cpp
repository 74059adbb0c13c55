// `pawl pull`: what the API lists as an input for `run`, complete or not there.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

// The ids of the threads for which `holds` is true of what the sandbox really has.
template <class Holds>
std::set<std::string> ids_where(const sandbox_process& sandbox, Holds holds) {
  std::set<std::string> ids;
  const auto truth = sandbox.truth();
  for (const auto& thread : truth.at("threads").as_object())
    if (holds(thread.value().as_object())) ids.emplace(thread.key());
  return ids;
}

std::set<std::string> ids_in_ndjson(const std::string& text) {
  std::set<std::string> ids;
  for (const auto& line : lines_of(text)) ids.emplace(json::parse(line).as_object().at("id").as_string());
  return ids;
}

TEST(Pull, ListsWhatTheConditionHoldsForOnce) {
  const sandbox_process sandbox{{"--threads", "450", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"pull", "--where", "status=open", "--format", "ndjson"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto open = ids_where(sandbox, [](const json::object& t) { return t.at("status") == "open"; });
  EXPECT_GT(open.size(), 100u);
  EXPECT_EQ(ids_in_ndjson(run.output), open);
  EXPECT_EQ(lines_of(run.output).size(), open.size());
  EXPECT_THAT(lines_of(run.output).front(), HasSubstr(R"("expect":{"status":"open"})"));
  EXPECT_THAT(lines_of(run.output).front(), HasSubstr(R"("_title":)"));
}

TEST(Pull, WithoutConditionsListsEverything) {
  const sandbox_process sandbox{{"--threads", "450", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"pull", "--note", "none"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto lines = lines_of(run.output);
  ASSERT_EQ(lines.size(), 451u);
  EXPECT_EQ(lines.front(), "id");
  EXPECT_EQ(std::set<std::string>(lines.begin() + 1, lines.end()),
            ids_where(sandbox, [](const json::object&) { return true; }));
}

// Whatever stands in titles, `run` and `check` read back what was pulled, and the preconditions are typed.
TEST(Pull, ItsOutputIsAnInputOfCheckInBothFormats) {
  const sandbox_process sandbox{{"--threads", "250", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000007", R"({"title":"a \"b\", c\nd; e","tag_ids":["tag_a","tag_b"]})");
  sandbox.edit("thr_000008", R"({"title":null,"assignee_id":null,"tag_ids":[]})");
  for (const std::string name : {"pulled.csv", "pulled.ndjson"}) {
    const auto pull =
        workspace.run({"pull", "--out", name, "--expect", "title", "--expect", "tag_ids", "--expect",
                       "status", "--expect", "assignee_id", "--expect", "snoozed_until", "--note",
                       "last_inbound_message_at", "--note", "tag_ids"});
    ASSERT_EQ(pull.exit_code, 0) << pull.errors;
    const auto check = workspace.run({"check", name, "--set", "pain_level=LOW"});
    EXPECT_EQ(check.exit_code, 0) << name << ": " << check.errors;
    EXPECT_THAT(check.output, HasSubstr("250 rows"));
  }
}

TEST(Pull, AgesTagsByNameAndNulls) {
  const sandbox_process sandbox{{"--threads", "300", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto billing = workspace.run({"pull", "--where", "has tag billing", "--format", "ndjson"});
  EXPECT_EQ(billing.exit_code, 0) << billing.errors;
  EXPECT_EQ(ids_in_ndjson(billing.output), ids_where(sandbox, [](const json::object& t) {
              return json::serialize(t.at("tag_ids")).find("\"tag_a\"") != std::string::npos;
            }));
  const auto old = workspace.run({"pull", "--where", "last_inbound_message_at older than 90d", "--where",
                                  "status=open", "--format", "ndjson"});
  EXPECT_EQ(old.exit_code, 0) << old.errors;
  EXPECT_THAT(old.errors, HasSubstr("--only-if 'last_inbound_message_at older than 90d'"));
  EXPECT_FALSE(old.output.empty());
  const auto none = workspace.run({"pull", "--where", "last_inbound_message_at is null", "--where",
                                   "last_inbound_message_at older than 1s", "--format", "ndjson"});
  EXPECT_EQ(none.exit_code, 0) << none.errors;
  EXPECT_EQ(none.output, "");
  const auto unknown = workspace.run({"pull", "--where", "has tag biling"});
  EXPECT_EQ(unknown.exit_code, 2) << unknown.errors;
}

TEST(Pull, AFailedPageLeavesNothingAndAnOldFileAsItWas) {
  const sandbox_process sandbox{{"--threads", "450", "--limits", "off", "--faults", "read:e500=1.0"}};
  const pawl_workspace workspace{sandbox};
  write_file(workspace.files() / "open.csv", "old\n");
  const auto run = workspace.run({"pull", "--out", "open.csv", "-o", "breaker.patience=1s"});
  EXPECT_EQ(run.exit_code, 3) << run.errors;
  EXPECT_EQ(read_file(workspace.files() / "open.csv"), "old\n");
  for (const auto& entry : std::filesystem::directory_iterator(workspace.files().path()))
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr(".tmp."))) << entry.path();
  const auto to_stdout = workspace.run({"pull", "-o", "breaker.patience=1s"});
  EXPECT_EQ(to_stdout.exit_code, 3);
  EXPECT_EQ(to_stdout.output, "");
}

TEST(Pull, FaultsThatPassAreTriedAgain) {
  const sandbox_process sandbox{{"--threads", "900", "--limits", "off", "--faults",
                                 "read:e500=0.2,read:cut=0.2,read:garbage=0.1,read:r429=0.1", "--seed", "3"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"pull", "--note", "none", "-o", "retry.base=10ms"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(lines_of(run.output).size(), 901u);
}

TEST(Pull, KeepsToTheReadBudget) {
  const sandbox_process sandbox{{"--threads", "1500", "--read-limit", "4/2s"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"pull", "--note", "none", "--read-rate", "4/2s"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(lines_of(run.output).size(), 1501u);
  EXPECT_EQ(number(sandbox.totals(), "throttled_reads"), 0);
}

TEST(Pull, SaysWhatIsWrongWithItsArguments) {
  const pawl_workspace workspace;
  const std::vector<std::pair<std::vector<std::string>, std::string>> table{
      {{"pull", "--where", "colour=red"}, "--where"},
      {{"pull", "--where", "status"}, "--where"},
      {{"pull", "--note", "colour"}, "--note"},
      {{"pull", "--expect", "last_inbound_message_at"}, "--only-if"},
      {{"pull", "--expect", "add_tags"}, "--expect"},
      {{"pull", "--out", "nowhere/there.csv"}, "no directory"},
      {{"pull", "--format", "xml"}, "--format"},
      {{"pull", "--profile", "internal-example", "--base-url", "http://127.0.0.1:1/v1"}, "[list]"},
  };
  for (const auto& [arguments, named] : table) {
    const auto run = workspace.run(arguments);
    EXPECT_EQ(run.exit_code, 2) << named << ": " << run.errors;
    EXPECT_THAT(run.errors, HasSubstr(named));
    EXPECT_EQ(run.output, "");
  }
}

}  // namespace
}  // namespace pawl::test
