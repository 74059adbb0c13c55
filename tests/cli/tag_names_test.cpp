// Set verbs and conditions that take names of tags: looked up before the first write, or nothing is sent.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/thread_rows.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;
using tags = std::set<std::string>;

std::vector<std::string> sandbox_flags(int threads, std::vector<std::string> more) {
  more.insert(more.end(), {"--threads", std::to_string(threads)});
  if (std::ranges::find(more, "--write-limit") == more.end()) more.insert(more.end(), {"--limits", "off"});
  return more;
}

tags tags_shown(const json::value& thread) {
  tags all;
  for (const auto& tag : thread.at("tag_ids").as_array()) all.emplace(tag.as_string());
  return all;
}

tags tags_shown(const sandbox_process& sandbox, const std::string& id) {
  return tags_shown(json::value(sandbox.thread(id)));
}

std::size_t requests_to(const sandbox_process& sandbox, std::string_view path) {
  const auto all = sandbox.journal();
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [path](const json::value& r) { return r.at("path").as_string().starts_with(path); }));
}

TEST(TagNames, StandForTheirIdsWhateverIsInThem) {
  const sandbox_process sandbox{sandbox_flags(
      4, {"--tag", "tag_b=Billing", "--tag", "tag_s=semi;colon", "--tag", "tag_q=say \"hi\", ok", "--tag",
          "tag_e=\xF0\x9F\x9A\x80 Launch \xC3\xBC", "--tag", "tag_l=BILLING", "--tag", "tag_p=[VIP]"})};
  for (int n = 1; n <= 4; ++n) sandbox.edit(thread_id(n), R"({"tag_ids":["tag_keep","tag_l"]})");
  const pawl_workspace workspace{sandbox};
  const auto csv =
      workspace.input("jobs.csv",
                      "id,add_tags,remove_tags\n"
                      "thr_000001,Billing | semi;colon | \xF0\x9F\x9A\x80 Launch \xC3\xBC,BILLING\n"
                      "thr_000002,\"[\"\"say \\\"\"hi\\\"\", ok\"\",\"\"semi;colon\"\"]\",\n"
                      "thr_000003,[VIP],Billing\n");
  const auto run = workspace.run({"run", csv.string(), "-o", "csv.list_separator=|", "--summary", "s.json"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(tags_shown(sandbox, thread_id(1)), (tags{"tag_keep", "tag_b", "tag_s", "tag_e"}));
  EXPECT_EQ(tags_shown(sandbox, thread_id(2)), (tags{"tag_keep", "tag_l", "tag_q", "tag_s"}));
  EXPECT_EQ(tags_shown(sandbox, thread_id(3)), (tags{"tag_keep", "tag_l", "tag_p"}));
  EXPECT_EQ(requests_to(sandbox, "/tags") + requests_to(sandbox, "/api/v2/tags"), 1u) << "once for all rows";

  const auto ndjson = workspace.input(
      "jobs.ndjson",
      R"({"id":"thr_000004","patch":{"add_tags":["say \"hi\", ok","\ud83d\ude80 Launch \u00fc"],"add_tag_ids":["tag_b"],"remove_tags":["BILLING"]},"expect":{"tag_ids":["tag_l","tag_keep"]}})"
      "\n");
  const auto second = workspace.run({"run", ndjson.string()});
  ASSERT_EQ(second.exit_code, 0) << second.errors;
  EXPECT_EQ(tags_shown(sandbox, thread_id(4)), (tags{"tag_keep", "tag_q", "tag_e", "tag_b"}));
}

TEST(TagNames, AreReadFromAllPages) {
  std::vector<std::string> flags;
  for (int i = 0; i < 450; ++i)
    flags.insert(flags.end(), {"--tag", "tag_no" + std::to_string(i) + "=Name " + std::to_string(i)});
  const sandbox_process sandbox{sandbox_flags(1, std::move(flags))};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,add_tags\nthr_000001,Name 0;Name 225;Name 449\n");
  const auto run = workspace.run({"run", input.string()});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto there = tags_shown(sandbox, thread_id(1));
  for (const auto* id : {"tag_no0", "tag_no225", "tag_no449"}) EXPECT_TRUE(there.contains(id)) << id;
}

TEST(TagNames, ThatAreUnknownOrAmbiguousSendNothingAndDoNotHoldTheLedger) {
  const sandbox_process sandbox{sandbox_flags(
      3, {"--tag", "tag_b=Billing", "--tag", "tag_1=Twice", "--tag", "tag_2=Twice", "--tag", "tag_c=Churn"})};
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("jobs.csv",
                      "id,add_tags,remove_tags\nthr_000001,Billing,\nthr_000002,BILLING,Twice\n"
                      "thr_000003,Biling;Billing,\nthr_000001,Biling,\nthr_000002,Quite else,\n");
  // Offline nobody knows, and it is said so.
  const auto checked = workspace.run({"check", input.string()});
  EXPECT_EQ(checked.exit_code, 0) << checked.errors;
  EXPECT_THAT(checked.output, HasSubstr("names of tags: 5, looked up when it runs"));

  const auto run =
      workspace.run({"run", input.string(), "--only-if", "has tag Chrun", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 2) << run.errors;
  for (const auto* line :
       {"jobs.csv:3: add_tags: no tag is called \"BILLING\"; did you mean \"Billing\"?",
        "jobs.csv:4: add_tags: no tag is called \"Biling\" (in 2 rows); did you mean \"Billing\"?",
        "jobs.csv:3: remove_tags: more than one tag is called \"Twice\": \"tag_2\" and \"tag_1\"; say which "
        "one "
        "with remove_tag_ids",
        "jobs.csv:6: add_tags: no tag is called \"Quite else\"\n", "--only-if: ", "did you mean \"Churn\"?",
        "5 names of tags are not in /tags exactly once; nothing was sent"})
    EXPECT_THAT(run.errors, HasSubstr(line));
  EXPECT_EQ(number(sandbox.totals(), "writes"), 0);
  auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(summary.at("stop_reason"), "invalid_input");
  EXPECT_EQ(number(summary, "exit_code"), 2);
  EXPECT_GE(number(summary, "reads"), 2);

  EXPECT_THAT(run.errors + run.output, Not(HasSubstr("goes on")));

  // The mended file begins like a first one: no --fresh.
  const auto mended = workspace.input("jobs.csv", "id,add_tags\nthr_000001,Billing\nthr_000002,Billing\n");
  const auto second = workspace.run({"run", mended.string(), "--summary", "s.json"});
  EXPECT_EQ(second.exit_code, 0) << second.errors;
  summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "rows"), 2);
  EXPECT_EQ(number(summary, "applied"), 2);
}

TEST(TagNames, ThatAreUnknownLeaveTheRunBeforeAsItWas) {
  const sandbox_process sandbox{sandbox_flags(3, {"--tag", "tag_b=Billing"})};
  const pawl_workspace workspace{sandbox};
  const std::string good = "id,add_tags\nthr_000001,Billing\nthr_gone,Billing\nthr_000002,Billing\n";
  const std::string bad = "id,add_tags\nthr_000001,Biling\n";
  auto input = workspace.input("jobs.csv", good);
  EXPECT_EQ(workspace.run({"run", input.string(), "--limit", "2"}).exit_code, 3);
  // A run that is given up for a mistyped name is not given up.
  workspace.input("jobs.csv", bad);
  EXPECT_EQ(workspace.run({"run", input.string(), "--fresh"}).exit_code, 2);
  workspace.input("jobs.csv", good);
  const auto on = workspace.run({"run", input.string()});
  EXPECT_EQ(on.exit_code, 1) << on.errors;
  EXPECT_THAT(on.errors, HasSubstr("going on with the run of"));
  // Nor does one that is finished lose its --retry.
  workspace.input("jobs.csv", bad);
  EXPECT_EQ(workspace.run({"run", input.string()}).exit_code, 2);
  workspace.input("jobs.csv", good);
  const auto again = workspace.run({"run", input.string(), "--retry", "refused"});
  EXPECT_EQ(again.exit_code, 1) << again.errors;
  EXPECT_THAT(again.errors, HasSubstr("taking 1 row again"));
}

TEST(TagNames, ThatAreUnknownLeaveTheCopyOfAStreamAsItWas) {
  const sandbox_process sandbox{sandbox_flags(3, {"--tag", "tag_b=Billing"})};
  const pawl_workspace workspace{sandbox};
  const std::string good = "id,add_tags\nthr_000001,Billing\nthr_000002,Billing\n";
  const auto pipe = [&](const std::string& text, const std::vector<std::string>& more) {
    std::vector<std::string> words{"run", "-", "--format", "csv", "--ledger", "l.ledger"};
    words.insert(words.end(), more.begin(), more.end());
    auto piped = workspace.command(words);
    piped.input = text;
    return run_child(piped).exit_code;
  };
  const std::string bad = "id,add_tags\nthr_000001,Biling\n";
  EXPECT_EQ(pipe(bad, {}), 2);
  EXPECT_FALSE(std::filesystem::exists(workspace.files() / "l.ledger.input"));
  EXPECT_EQ(pipe(good, {"--limit", "1"}), 3);
  EXPECT_EQ(pipe(bad, {"--fresh"}), 2);
  EXPECT_EQ(read_file(workspace.files() / "l.ledger.input"), good);
  EXPECT_FALSE(std::filesystem::exists(workspace.files() / "l.ledger.input.before"));
  const auto on = workspace.run({"run", "l.ledger.input", "--ledger", "l.ledger", "--format", "csv"});
  EXPECT_EQ(on.exit_code, 0) << on.errors;
  EXPECT_THAT(on.errors, HasSubstr("going on with the run of"));
}

TEST(TagNames, OfATenThousandRowsWithANameEachAreHeldAgainstTheListAllTheSame) {
  const sandbox_process sandbox{sandbox_flags(1, {"--tag", "tag_b=Billing"})};
  const pawl_workspace workspace{sandbox};
  std::string text = "id,add_tags\n";
  for (int i = 0; i < 10'500; ++i) text += "thr_000001,No such " + std::to_string(i) + "\n";
  const auto input = workspace.input("jobs.csv", text);
  const auto run = workspace.run({"run", input.string()});
  EXPECT_EQ(run.exit_code, 2) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("jobs.csv:2: add_tags: no tag is called \"No such 0\""));
  EXPECT_THAT(run.errors, HasSubstr("at least 9,980 more names"));
  EXPECT_EQ(number(sandbox.totals(), "writes"), 0);
}

TEST(TagNames, NeedAKeyThatMayListThem) {
  const sandbox_process sandbox{
      sandbox_flags(1, {"--tag", "tag_b=Billing", "--scopes", "threads:read,threads:write"})};
  const pawl_workspace workspace{sandbox};
  const auto by_name = workspace.input("names.csv", "id,add_tags\nthr_000001,Billing\n");
  const auto run = workspace.run({"run", by_name.string()});
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("names of tags cannot be looked up, and nothing was written: the API "
                                    "answered 403 scope_required"));
  EXPECT_THAT(run.errors, HasSubstr("the key lacks tags:read: grant it that scope where it was made, or give "
                                    "ids instead of names (add_tag_ids, remove_tag_ids, `tag_ids has ID`)"));
  EXPECT_EQ(number(sandbox.totals(), "writes"), 0);
  const auto pulled = workspace.run({"pull", "--where", "has tag Billing"});
  EXPECT_EQ(pulled.exit_code, 4);
  EXPECT_THAT(pulled.errors, HasSubstr("the key lacks tags:read"));

  // Whoever names no name is not asked for the scope, in the same ledger too.
  const auto by_id = workspace.input("names.csv", "id,add_tag_ids\nthr_000001,tag_b\n");
  const auto before = requests_to(sandbox, "/api/v2/tags");
  const auto second = workspace.run({"run", by_id.string()});
  EXPECT_EQ(second.exit_code, 0) << second.errors;
  EXPECT_EQ(requests_to(sandbox, "/api/v2/tags"), before);

  // With the scope the same command goes on.
  workspace.input("names.csv", "id,add_tags\nthr_000001,Other\n");
  EXPECT_EQ(workspace.run({"run", by_name.string()}).exit_code, 4);
  sandbox.configure(
      R"({"keys":{"pl_v2_sandbox_0123456789abcdefghij":["threads:read","threads:write","tags:read"]}})");
  const auto third = workspace.run({"run", by_name.string()});
  EXPECT_EQ(third.exit_code, 2) << third.errors;
  EXPECT_THAT(third.errors, HasSubstr("no tag is called \"Other\""));
}

TEST(TagNames, AreLookedUpAgainByARunThatGoesOnAfterAKill) {
  std::vector<std::string> flags{"--tag", "tag_b=Billing", "--tag", "tag_o=Old", "--write-limit", "40/1s"};
  auto sandbox = std::make_unique<sandbox_process>(sandbox_flags(120, flags));
  const pawl_workspace workspace{*sandbox};
  std::string text = "id,add_tags,remove_tags\n";
  for (int n = 1; n <= 120; ++n) {
    sandbox->edit(thread_id(n), R"({"tag_ids":["tag_o","tag_keep"]})");
    text += thread_id(n) + ",Billing,Old\n";
  }
  const auto input = workspace.input("jobs.csv", text);
  const std::vector<std::string> command{"run",         input.string(), "--rate", "40/s",
                                         "--read-rate", "unlimited",    "-o",     "timeouts.attempt=3s"};
  {
    auto to_be_killed = command;
    to_be_killed.insert(to_be_killed.end(), {"--rate", "80/1h"});  // so it is not over before that
    auto run = workspace.start(to_be_killed);
    ASSERT_TRUE(wait_until([&] { return number(sandbox->totals(), "applied") >= 50; })) << run.errors();
    run.kill();
  }
  const auto run = workspace.run(command);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("going on with the run of"));
  const auto truth = sandbox->truth();
  for (const auto& [id, thread] : truth.at("threads").as_object())
    EXPECT_EQ(tags_shown(thread), (tags{"tag_b", "tag_keep"})) << id;
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from job where outcome = 'applied'"),
      "120");

  // What was written is known by ids from here on.
  const auto ledger = pawl_workspace::ledger_of(input).string();
  EXPECT_EQ(workspace.run({"verify", ledger, "--read-rate", "unlimited"}).exit_code, 0);
  sandbox->edit(thread_id(7), R"({"tag_ids":["tag_b","tag_keep","tag_later"]})");
  const auto undone = workspace.run({"undo", ledger});
  EXPECT_EQ(undone.exit_code, 0) << undone.errors;
  EXPECT_THAT(
      undone.output,
      HasSubstr(R"({"id":"thr_000120","patch":{"add_tag_ids":["tag_o"],"remove_tag_ids":["tag_b"]}})"));
  auto undo_it = command;
  undo_it[1] = workspace.input("undo.ndjson", undone.output).string();
  const auto back = workspace.run(undo_it);
  EXPECT_EQ(back.exit_code, 0) << back.errors;
  EXPECT_EQ(tags_shown(*sandbox, thread_id(7)), (tags{"tag_o", "tag_keep", "tag_later"}));
  EXPECT_EQ(tags_shown(*sandbox, thread_id(120)), (tags{"tag_o", "tag_keep"}));
}

// The tag is renamed while the run is interrupted: the rows that are left say a name that nothing has.
TEST(TagNames, ThatAreGoneWhenARunGoesOnAreNamedBeforeItSends) {
  auto first = std::make_unique<sandbox_process>(sandbox_flags(3, {"--tag", "tag_b=Billing"}));
  const auto port = std::to_string(first->port());
  pawl_workspace before{*first};
  const auto input =
      before.input("jobs.csv", "id,add_tags\nthr_000001,Billing\nthr_000002,Billing\nthr_000003,Billing\n");
  EXPECT_EQ(before.run({"run", input.string(), "--limit", "1"}).exit_code, 3);
  first->stop();
  const sandbox_process second{sandbox_flags(3, {"--tag", "tag_b=Invoices", "--port", port})};
  const pawl_workspace workspace{second};
  const auto run = workspace.run({"run", input.string()});
  EXPECT_EQ(run.exit_code, 2) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("jobs.csv:3: add_tags: no tag is called \"Billing\" (in 2 rows)"));
  EXPECT_EQ(number(second.totals(), "writes"), 0);
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from job"), "1");
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from generation"), "1");
}

// A later row has taken the tag away again, so the name is none that the retried row still sends.
TEST(TagNames, ThatStayOutOfARowAreNotLookedUp) {
  auto first = std::make_unique<sandbox_process>(sandbox_flags(2, {"--tag", "tag_b=Billing"}));
  const auto port = std::to_string(first->port());
  pawl_workspace before{*first};
  const auto input = before.input(
      "jobs.csv",
      "id,title,add_tags,remove_tags\nthr_000001,one,Billing,\nthr_000002,two,,\nthr_000001,,,Billing\n");
  for (const auto* id : {"thr_000001", "thr_000002"}) first->edit(id, R"({"deleted":404})");
  EXPECT_EQ(before.run({"run", input.string(), "--limit", "2"}).exit_code, 3);
  first->edit("thr_000001", R"({"deleted":false})");
  EXPECT_EQ(before.run({"run", input.string()}).exit_code, 1);
  first->stop();
  const sandbox_process second{sandbox_flags(2, {"--tag", "tag_b=Invoices", "--port", port})};
  const pawl_workspace workspace{second};
  const auto planned = workspace.run({"plan", input.string(), "--retry", "refused"});
  EXPECT_EQ(planned.exit_code, 0) << planned.errors;
  const auto so_far = requests_to(second, "/api/v2/tags");
  const auto run = workspace.run({"run", input.string(), "--retry", "refused"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("taking 2 rows again"));
  EXPECT_EQ(second.thread("thr_000001").at("title"), "one");
  EXPECT_EQ(second.thread("thr_000002").at("title"), "two");
  EXPECT_EQ(requests_to(second, "/api/v2/tags"), so_far);
}

TEST(TagNames, AreConditionsOfEveryRowToo) {
  const sandbox_process sandbox{sandbox_flags(3, {"--tag", "tag_b=Billing team"})};
  sandbox.edit(thread_id(1), R"({"tag_ids":["tag_b","tag_x"]})");
  sandbox.edit(thread_id(2), R"({"tag_ids":["tag_x"]})");
  sandbox.edit(thread_id(3), R"({"tag_ids":[]})");
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("jobs.csv", "id,title\nthr_000001,new\nthr_000002,new\nthr_000003,new\n");
  const auto checked = workspace.run({"check", input.string(), "--only-if", "has tag \"Billing team\""});
  EXPECT_EQ(checked.exit_code, 0) << checked.errors;
  const auto run =
      workspace.run({"run", input.string(), "--only-if", "has tag \"Billing team\"", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 1);
  EXPECT_EQ(number(summary, "skipped"), 2);
  EXPECT_EQ(sandbox.thread(thread_id(1)).at("title"), "new");
  const auto exported =
      workspace.run({"export", pawl_workspace::ledger_of(input).string(), "--outcome", "skipped"});
  EXPECT_THAT(exported.output, HasSubstr("Billing team"));
  const auto unread = workspace.run(
      {"run", input.string(), "--again", "--only-if", "has tag \"Billing team\"", "--no-read-first"});
  EXPECT_EQ(unread.exit_code, 2);
  EXPECT_THAT(unread.errors, HasSubstr("leave --no-read-first out"));
}

TEST(TagNames, ARowThatFailedTakesItsNamesAgain) {
  const sandbox_process sandbox{sandbox_flags(2, {"--tag", "tag_b=Billing"})};
  sandbox.edit(thread_id(2), R"({"deleted":404})");
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,add_tags\nthr_000001,Billing\nthr_000002,Billing\n");
  EXPECT_EQ(workspace.run({"run", input.string()}).exit_code, 1);
  sandbox.edit(thread_id(2), R"({"deleted":false,"tag_ids":["tag_x"]})");
  const auto again = workspace.run({"run", input.string(), "--retry", "refused"});
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_EQ(tags_shown(sandbox, thread_id(2)), (tags{"tag_x", "tag_b"}));
}

TEST(TagNames, ARenameOfATagEverywhereIsPointedToTheTagItself) {
  const sandbox_process sandbox{sandbox_flags(8, {"--tag", "tag_o=Old", "--tag", "tag_n=New"})};
  const pawl_workspace workspace{sandbox};
  const std::string hint =
      "every row takes \"Old\" away and puts \"New\" there: if that renames the tag, rename the tag itself "
      "(PATCH /tags/{id}): one request instead of 8 writes";
  std::string ids = "id\n", few = "id,remove_tags,add_tags\n", other = few;
  for (int n = 1; n <= 8; ++n) {
    ids += thread_id(n) + "\n";
    if (n <= 5) few += thread_id(n) + ",Old,New\n";
    other += thread_id(n) + (n == 8 ? ",Old,\n" : ",Old,New\n");
  }
  const auto all = workspace.input("ids.csv", ids);
  const std::vector<std::string> swap{"--set", "remove_tags=Old", "--set", "add_tags=New"};
  const auto with_swap = [&](std::string command) {
    std::vector<std::string> arguments{std::move(command), all.string()};
    arguments.insert(arguments.end(), swap.begin(), swap.end());
    return workspace.run(arguments);
  };
  EXPECT_THAT(with_swap("check").output, HasSubstr("hint: " + hint));
  const auto run = with_swap("run");
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr(hint));
  for (const auto& text : {few, other}) {
    const auto quiet = workspace.run({"run", workspace.input("other.csv", text).string()});
    EXPECT_EQ(quiet.exit_code, 0) << quiet.errors;
    EXPECT_THAT(quiet.errors, Not(HasSubstr("rename")));
  }
  // Who renames has no tag of the new name yet.
  const auto renaming =
      workspace.run({"run", all.string(), "--fresh", "--set", "remove_tags=Old", "--set", "add_tags=Newest"});
  EXPECT_EQ(renaming.exit_code, 2);
  EXPECT_THAT(renaming.errors, HasSubstr("no tag is called \"Newest\" (in 8 rows)"));
  EXPECT_THAT(renaming.errors, HasSubstr("rename the tag itself"));
}

}  // namespace
}  // namespace pawl::test
