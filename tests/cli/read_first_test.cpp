// What reading before a write saves, keeps and refuses.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/thread_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

TEST(ReadFirst, WritesOnlyWhatDiffers) {
  const sandbox_process sandbox{{"--threads", "200", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,title,pain_level\n";
  for (std::size_t n = 1; n <= 200; ++n) {
    if (n % 2 == 0) sandbox.edit(thread_id(n), R"({"title":"wanted","pain_level":"HIGH"})");
    csv += thread_id(n) + ",wanted,HIGH\n";
  }
  const auto writes_before = number(sandbox.totals(), "writes");
  const auto input = workspace.input("jobs.csv", csv);
  const auto run = workspace.run(
      {"run", input.string(), "--rate", "unlimited", "--read-rate", "unlimited", "--summary", "s.json"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 100);
  EXPECT_EQ(number(summary, "unchanged"), 100);
  EXPECT_EQ(number(summary, "writes"), 100);
  EXPECT_GE(number(summary, "reads"), 201);
  EXPECT_EQ(number(sandbox.totals(), "writes") - writes_before, 100);
}

TEST(ReadFirst, SendsOnlyTheFieldsThatDifferWithTheirGroup) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  sandbox.edit("thr_000001", R"({"title":"same","pain_level":"LOW"})");
  sandbox.edit("thr_000002", R"({"status":"open","snoozed_until":"2031-01-01T00:00:00Z"})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv",
                                     "id,title,pain_level,status,snoozed_until\n"
                                     "thr_000001,same,HIGH,,\n"
                                     "thr_000002,,,snoozed,2031-01-01T00:00:00Z\n");
  const auto run = workspace.run({"run", input.string()});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto first = sandbox.thread("thr_000001").at("bodies").as_array();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0], json::value({{"pain_level", "HIGH"}}));
  const auto second = sandbox.thread("thr_000002").at("bodies").as_array();
  ASSERT_EQ(second.size(), 1u) << "open to snoozed with the same date: one accepted write";
  EXPECT_EQ(second[0], json::value({{"status", "snoozed"}, {"snoozed_until", "2031-01-01T00:00:00Z"}}));
}

TEST(ReadFirst, SkipsRowsOfWhichAPreconditionFails) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  for (std::size_t n = 1; n <= 3; ++n) sandbox.edit(thread_id(n), R"({"status":"open"})");
  sandbox.edit("thr_000002", R"({"status":"done"})");
  const pawl_workspace workspace{sandbox};
  const auto expects =
      workspace.input("expects.csv", "id,title,expect.status\nthr_000001,new,open\nthr_000002,new,open\n");
  EXPECT_EQ(workspace.run({"run", expects.string(), "--summary", "s.json"}).exit_code, 0);
  auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 1);
  EXPECT_EQ(number(summary, "skipped"), 1);
  const auto exported = workspace.run({"export", expects.string() + ".ledger", "--outcome", "skipped"});
  EXPECT_THAT(exported.output, HasSubstr("status is"));

  const auto plain = workspace.input("plain.csv", "id,title\nthr_000002,newer\nthr_000003,newer\n");
  EXPECT_EQ(
      workspace.run({"run", plain.string(), "--only-if", "status=open", "--summary", "s.json"}).exit_code, 0);
  summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 1);
  EXPECT_EQ(number(summary, "skipped"), 1);
  EXPECT_EQ(sandbox.thread("thr_000002").at("bodies").as_array().size(), 0u);
}

TEST(ReadFirst, SetVerbsKeepTheOtherTags) {
  const sandbox_process sandbox{
      {"--threads", "1", "--limits", "off", "--tag", "tag_a=A", "--tag", "tag_b=B", "--tag", "tag_c=C"}};
  sandbox.edit("thr_000001", R"({"tag_ids":["tag_a","tag_b"]})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,add_tag_ids,remove_tag_ids\nthr_000001,tag_c,tag_a\n");
  const auto run = workspace.run({"run", input.string()});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto bodies = sandbox.thread("thr_000001").at("bodies").as_array();
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(bodies[0], json::value({{"tag_ids", {"tag_b", "tag_c"}}}));
}

// Setting a company moves the contact with it, so the contact that a row wants is sent beside the company
// even where it is the thread's own already.
TEST(ReadFirst, AContactThatIsEqualAlreadyEndsAsWantedBesideANewCompany) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  sandbox.edit("thr_000001", R"({"contact_id":"con_7","company_id":"com_1"})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,contact_id,company_id\nthr_000001,con_7,com_2\n");
  const auto run = workspace.run({"run", input.string()});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto thread = sandbox.thread("thr_000001");
  EXPECT_EQ(thread.at("contact_id"), "con_7");
  EXPECT_EQ(thread.at("company_id"), "com_2");
  const auto bodies = thread.at("bodies").as_array();
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(bodies[0], json::value({{"company_id", "com_2"}, {"contact_id", "con_7"}}));
}

TEST(ReadFirst, KeepsWhatItOverwritesInTheLedger) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  sandbox.edit("thr_000001", R"({"title":"before"})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,after\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  EXPECT_EQ(sqlite_query(pawl_workspace::ledger_of(input), "SELECT old_values, new_values FROM intent"),
            (sql_rows{{R"({"title":"before"})", R"({"title":"after"})"}}));
}

TEST(ReadFirst, ReadsBackWhatAReplyContradicts) {
  const sandbox_process sandbox{{"--threads", "4", "--limits", "off"}};
  sandbox.configure(R"({"script":{"thr_000001":["stale"],"thr_000002":["lying"]}})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,new\nthr_000002,new\n");
  const auto run = workspace.run({"run", input.string(), "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 1);
  EXPECT_EQ(number(summary, "mismatch"), 1);
}

}  // namespace
}  // namespace pawl::test
