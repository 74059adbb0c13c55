// `pawl verify`: what was applied is read again, and what no longer shows it is named.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Verify, NothingHasDriftedAfterARun) {
  const sandbox_process sandbox{{"--threads", "60", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(40)));
  ASSERT_EQ(workspace.run({"run", input.string(), "--rate", "unlimited"}).exit_code, 0);
  const auto before = sandbox.journal().size();
  const auto run = workspace.run({"verify", pawl_workspace::ledger_of(input).string()});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  EXPECT_EQ(run.output, "");
  EXPECT_THAT(run.errors, HasSubstr("40 resources looked at: 40 as written"));
  // Whose key it is, and one page: 40 single reads would be the dearer way.
  EXPECT_EQ(sandbox.journal().size() - before, 2u);
}

TEST(Verify, ASampleIsAsLargeAsItIsSaid) {
  const sandbox_process sandbox{{"--threads", "60", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(40)));
  ASSERT_EQ(workspace.run({"run", input.string(), "--rate", "unlimited"}).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto run = workspace.run({"verify", ledger, "--sample", "6%"});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  EXPECT_THAT(run.errors,
              HasSubstr("a random sample of 3 of 40 resources: 3 resources looked at: 3 as written"));
  for (const auto* wrong : {"0", "101%", "some"}) {
    const auto refused = workspace.run({"verify", ledger, "--sample", wrong});
    EXPECT_EQ(refused.exit_code, 2) << wrong;
    EXPECT_THAT(refused.output + refused.errors, HasSubstr("--sample: ")) << wrong;
  }
}

TEST(Verify, NamesWhatHasDriftedAndWhatIsGone) {
  const sandbox_process sandbox{{"--threads", "20", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv",
                                     "id,status,title\n"
                                     "thr_000001,done,One\nthr_000002,done,Two\nthr_000003,done,Three\n"
                                     "thr_000004,done,Four\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  sandbox.edit("thr_000002", R"({"title":"Other"})");
  sandbox.edit("thr_000003", R"({"deleted":404})");
  sandbox.edit("thr_000004", R"({"pain_level":"HIGH"})");
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto text = workspace.run({"verify", ledger});
  EXPECT_EQ(text.exit_code, 1) << text.errors;
  EXPECT_THAT(text.output, HasSubstr("thr_000002: title is \"Other\", was written as \"Two\" (row 2)"));
  EXPECT_THAT(text.output, HasSubstr("thr_000003: missing"));
  EXPECT_THAT(text.output, Not(HasSubstr("thr_000001")));
  EXPECT_THAT(text.output, Not(HasSubstr("thr_000004")));
  EXPECT_THAT(text.errors, HasSubstr("4 resources looked at: 2 as written, 1 drifted (1 field), 1 missing"));

  const auto csv = workspace.run({"verify", ledger, "--format", "csv"});
  EXPECT_THAT(csv.output, HasSubstr("id,row,state,field,written,shown,message\n"));
  EXPECT_THAT(csv.output, HasSubstr("thr_000002,2,drift,title,\"\"\"Two\"\"\",\"\"\"Other\"\"\",\n"));
  const auto ndjson = workspace.run({"verify", ledger, "--format", "ndjson"});
  EXPECT_THAT(
      ndjson.output,
      HasSubstr(
          R"({"id":"thr_000002","row":2,"state":"drift","field":"title","written":"Two","shown":"Other"})"));
}

TEST(Verify, ALaterRowOfTheSameIdIsWhatCounts) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv",
                                     "id,status,title\n"
                                     "thr_000001,open,First\nthr_000001,done,\nthr_000002,done,Two\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  EXPECT_EQ(workspace.run({"verify", ledger}).exit_code, 0);
  sandbox.edit("thr_000001", R"({"title":"Other"})");
  const auto run = workspace.run({"verify", ledger});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("title is \"Other\", was written as \"First\" (row 1)"));
  EXPECT_THAT(run.output, Not(HasSubstr("status")));
}

TEST(Verify, ReadsTheInputAsTheRunDid) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("ids.csv", "Thread ID,Old\nthr_000001,x\nthr_000002,y\n");
  ASSERT_EQ(workspace
                .run({"run", input.string(), "--map", "Thread ID=id", "--ignore-column", "Old", "--set",
                      "status=done"})
                .exit_code,
            0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto run = workspace.run({"verify", ledger});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("2 resources looked at: 2 as written"));
}

// What the verbs made of a set stands in the ledger only, not in the input.
TEST(Verify, SetsThatVerbsChangedAreComparedWithWhatWasSent) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000001", R"({"tag_ids":["tag_b"]})");
  sandbox.edit("thr_000002", R"({"tag_ids":["tag_a","tag_c"]})");
  const auto input =
      workspace.input("jobs.csv", "id,add_tag_ids\nthr_000001,tag_a\nthr_000002,tag_a\nthr_000003,tag_a\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto same = workspace.run({"verify", ledger});
  EXPECT_EQ(same.exit_code, 0) << same.output << same.errors;
  sandbox.edit("thr_000001", R"({"tag_ids":["tag_b"]})");
  const auto run = workspace.run({"verify", ledger});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_THAT(
      run.output,
      HasSubstr(R"(thr_000001: tag_ids is ["tag_b"] again, as before, was written as ["tag_b","tag_a"])"));
}

// A row that is tried again is sent after the rows behind it.
TEST(Verify, TakesTheSetThatWasSentLastThoughItsRowComesFirst) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000001", R"({"tag_ids":["tag_c"]})");
  const auto input = workspace.input("jobs.csv", "id,add_tag_ids\nthr_000001,tag_a\nthr_000001,tag_b\n");
  const std::vector<std::string> command{"run", input.string(), "--rate", "unlimited"};
  const auto with = [&command](std::vector<std::string> flags) {
    flags.insert(flags.begin(), command.begin(), command.end());
    return flags;
  };
  sandbox.configure(
      R"({"force_status":{"status":422,"code":"validation_error","message":"no","class":"write"}})");
  EXPECT_EQ(workspace.run(with({"--limit", "1"})).exit_code, 3);
  sandbox.configure(R"({"force_status":null})");
  EXPECT_EQ(workspace.run(command).exit_code, 1);
  EXPECT_EQ(workspace.run(with({"--retry", "refused"})).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto run = workspace.run({"verify", ledger});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  const auto undo = workspace.run({"undo", ledger});
  EXPECT_EQ(undo.output, R"({"id":"thr_000001","patch":{"remove_tag_ids":["tag_b","tag_a"]}})"
                         "\n");
}

// What stayed out of a row was not written by it.
TEST(Verify, DoesNotLookForWhatARetryLeftOut) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000001", R"({"tag_ids":["tag_b"]})");
  const auto input =
      workspace.input("jobs.ndjson", R"({"id":"thr_000001","patch":{"title":"One","tag_ids":["tag_a"]}})"
                                     "\n"
                                     R"({"id":"thr_000001","patch":{"add_tag_ids":["tag_b"]}})"
                                     "\n");
  const std::vector<std::string> command{"run", input.string(), "--rate", "unlimited"};
  const auto with = [&command](std::vector<std::string> flags) {
    flags.insert(flags.begin(), command.begin(), command.end());
    return flags;
  };
  sandbox.configure(
      R"({"force_status":{"status":422,"code":"validation_error","message":"no","class":"write"}})");
  EXPECT_EQ(workspace.run(with({"--limit", "1"})).exit_code, 3);
  sandbox.configure(R"({"force_status":null})");
  EXPECT_EQ(workspace.run(command).exit_code, 1);
  EXPECT_EQ(workspace.run(with({"--retry", "refused"})).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger, "select left_out from retried"), R"(["tag_ids"])");
  const auto run = workspace.run({"verify", ledger.string()});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
}

// Rows whose verbs had nothing to do wrote no set: they are held against what they asked for.
TEST(Verify, VerbsThatHadNothingToDoAreComparedToo) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  for (const std::string id : {"thr_000001", "thr_000002", "thr_000003"})
    sandbox.edit(id, R"({"tag_ids":["tag_a","tag_b"]})");
  const auto input = workspace.input("jobs.csv",
                                     "id,add_tag_ids,add_tags\nthr_000001,tag_a,\nthr_000001,tag_b,\n"
                                     "thr_000002,,billing\nthr_000003,tag_c,\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto same = workspace.run({"verify", ledger});
  EXPECT_EQ(same.exit_code, 0) << same.output << same.errors;
  EXPECT_THAT(same.errors, HasSubstr("3 resources looked at: 3 as written"));
  sandbox.edit("thr_000001", R"({"tag_ids":["tag_b"]})");
  sandbox.edit("thr_000002", R"({"tag_ids":["tag_b"]})");
  const auto run = workspace.run({"verify", ledger});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_THAT(run.output,
              HasSubstr("thr_000001: add_tag_ids is [\"tag_b\"], was written as [\"tag_a\"] (row 1)"));
  EXPECT_THAT(run.output, HasSubstr("thr_000002: add_tags is"));
}

TEST(Verify, AChangedInputOrAnotherTargetIsRefused) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto elsewhere = workspace.run({"verify", ledger, "--base-url", "https://127.0.0.1:1/api/v2"});
  EXPECT_EQ(elsewhere.exit_code, 2) << elsewhere.errors;
  write_file(input, "id,status\nthr_000001,open\n");
  const auto changed = workspace.run({"verify", ledger});
  EXPECT_EQ(changed.exit_code, 2) << changed.errors;
  EXPECT_THAT(changed.errors, HasSubstr("is not what was run"));
  const auto none = workspace.run({"verify", "no.ledger"});
  EXPECT_EQ(none.exit_code, 2) << none.errors;
}

TEST(Verify, AnApiThatIsDownIsALaterMatterAndAQuotaInUseToo) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  sandbox.configure(R"({"outage":true})");
  const auto run =
      workspace.run({"verify", pawl_workspace::ledger_of(input).string(), "-o", "breaker.patience=1s"});
  EXPECT_EQ(run.exit_code, 3) << run.errors;
}

TEST(Verify, ReadsOneByOneWhatTheListDoesNotShow) {
  const sandbox_process sandbox{{"--threads", "2000", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  // The oldest threads stand at the end of the list: ten pages for three resources would not pay.
  const auto input =
      workspace.input("jobs.csv", "id,status\nthr_000001,done\nthr_000002,done\nthr_000003,done\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto before = sandbox.journal().size();
  const auto run = workspace.run({"verify", pawl_workspace::ledger_of(input).string()});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  EXPECT_EQ(sandbox.journal().size() - before, 5u);
}

// A command that is refused before it reads anything says in its summary all the same what it was about.
TEST(Verify, NamesLedgerAndTargetWhereItIsRefused) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,wanted\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto ledger = pawl_workspace::ledger_of(input).string();
  const auto both = workspace.run({"verify", ledger, "--summary", "-"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.errors, HasSubstr("--summary: standard output is where the drift goes"));
  EXPECT_THAT(both.output, HasSubstr("\"ledger\": \"" + ledger));
  EXPECT_THAT(both.output, HasSubstr("\"target\": \"productlane https://"));
  const auto elsewhere =
      workspace.run({"verify", ledger, "--base-url", "https://localhost:1/api", "--summary", "s.json"});
  EXPECT_EQ(elsewhere.exit_code, 2);
  EXPECT_THAT(elsewhere.errors, HasSubstr("read from where it was written to: add --base-url https://"));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(summary.at("ledger").as_string(), ledger);
  EXPECT_THAT(std::string{summary.at("target").as_string()}, HasSubstr("https://localhost:1/api"));
}

}  // namespace
}  // namespace pawl::test
