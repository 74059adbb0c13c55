// `pawl undo` over ledgers of real runs, whose pre-images the test writes as a run that reads first does.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class undo : public ::testing::Test {
 protected:
  undo() {
    input_ = workspace_.input("jobs.csv",
                              "id,title,status,closed_loop\nthr_000001,one,,\nthr_000002,two,,\n"
                              "thr_000003,,done,true\nthr_000001,uno,,\n");
    const auto run = workspace_.run({"run", input_.string(), "--rate", "unlimited", "--no-read-first"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    ledger_ = input_.string() + ".ledger";
  }
  void pre_image(int row, const std::string& id, const std::string& old_values,
                 const std::string& new_values) {
    sqlite_change(
        ledger_,
        "INSERT INTO intent (generation, row, sent_at, run, id, old_values, new_values) VALUES (1, " +
            std::to_string(row) + ", " + std::to_string(row) + ", 1, '" + id + "', '" + old_values + "', '" +
            new_values + "')");
    const auto accepted = workspace_.run({"check-ledger", ledger_, "--accept-changes"});
    EXPECT_EQ(accepted.exit_code, 0) << accepted.output << accepted.errors;
  }
  child_result undone(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"undo", ledger_});
    return workspace_.run(std::move(flags));
  }

  sandbox_process sandbox_{{"--threads", "3", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::filesystem::path input_;
  std::string ledger_;
};

TEST_F(undo, PrintsOneJobForEachResourceNewestRowFirst) {
  pre_image(1, "thr_000001", R"({"title":"Eins"})", R"({"title":"one"})");
  pre_image(2, "thr_000002", R"({"title":null})", R"({"title":"two"})");
  pre_image(4, "thr_000001", R"({"title":"one"})", R"({"title":"uno"})");
  pre_image(3, "thr_000003", R"({"status":"open"})", R"({"status":"done","closed_loop":true})");
  const auto result = undone();
  EXPECT_EQ(result.output, R"({"id":"thr_000001","patch":{"title":"Eins"},"expect":{"title":"uno"}})"
                           "\n"
                           R"({"id":"thr_000003","patch":{"status":"open"},"expect":{"status":"done"}})"
                           "\n"
                           R"({"id":"thr_000002","patch":{"title":null},"expect":{"title":"two"}})"
                           "\n");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("3 jobs to undo it"));
  EXPECT_THAT(result.errors,
              HasSubstr("warning: closed_loop cannot go back: the API does not show it, so its "
                        "old value is not known: 1 resource: thr_000003"));
  // An ordinary input.
  const auto jobs = workspace_.input("undo.ndjson", result.output);
  const auto checked = workspace_.run({"check", jobs.string()});
  EXPECT_EQ(checked.exit_code, 0) << checked.errors;
}

TEST_F(undo, SaysWhichRowsWereWrittenBlindly) {
  pre_image(1, "thr_000001", R"({"title":"Eins"})", R"({"title":"one"})");
  const auto result = undone();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.output, R"({"id":"thr_000001","patch":{"title":"Eins"},"expect":{"title":"one"}})"
                           "\n");
  EXPECT_THAT(result.errors,
              HasSubstr("so nothing is known of the old values: 3 rows: thr_000002, thr_000003, "
                        "thr_000001"));
}

TEST_F(undo, TakesTheGenerationAndProfileThatItIsTold) {
  pre_image(1, "thr_000001", R"({"title":"Eins"})", R"({"title":"one"})");
  EXPECT_EQ(undone({"--generation", "2"}).exit_code, 2);
  EXPECT_THAT(undone({"--generation", "2"}).errors, HasSubstr("has no generation 2"));
  EXPECT_THAT(undone({"--profile", "internal-example"}).errors, HasSubstr("the ledger belongs to"));
  EXPECT_THAT(undone({"--generation", "1", "--profile", "productlane"}).output, HasSubstr("Eins"));
  EXPECT_EQ(undone({"--profile", "./nope.toml"}).exit_code, 2);
}

TEST_F(undo, NamesOtherGenerationsThatWroteToo) {
  const auto again =
      workspace_.run({"run", input_.string(), "--rate", "unlimited", "--no-read-first", "--again"});
  ASSERT_EQ(again.exit_code, 0) << again.errors;
  const auto newest = undone();
  EXPECT_THAT(newest.errors, HasSubstr("generation 1 (4 rows, "));
  EXPECT_THAT(newest.errors, HasSubstr("wrote too, and this does not undo it"));
  EXPECT_THAT(newest.errors, HasSubstr("pawl undo " + ledger_ + " --generation 1"));
  const auto oldest = undone({"--generation", "1"});
  EXPECT_THAT(oldest.errors, HasSubstr("generation 2 (4 rows, "));
  EXPECT_THAT(oldest.errors, HasSubstr("wrote later"));
}

TEST_F(undo, SaysNothingOfGenerationsThatWroteNothing) {
  const auto same = workspace_.input("same.csv", "id,title\nthr_000002,two\n");
  // Without limits: after the unlimited run before them any window would count as full.
  ASSERT_EQ(workspace_.run({"run", same.string(), "--rate", "unlimited"}).exit_code, 0);
  ASSERT_EQ(workspace_.run({"run", same.string(), "--rate", "unlimited", "--again"}).exit_code, 0);
  const auto result = workspace_.run({"undo", same.string() + ".ledger"});
  EXPECT_THAT(result.errors, HasSubstr("generation 2: there is nothing that can go back"));
  EXPECT_THAT(result.errors, Not(HasSubstr("generation 1")));
}

TEST_F(undo, NeitherSendsNorChangesAnything) {
  pre_image(1, "thr_000001", R"({"title":"Eins"})", R"({"title":"one"})");
  const auto writes = number(sandbox_.totals(), "writes");
  const auto before = read_file(ledger_);
  undone();
  EXPECT_EQ(number(sandbox_.totals(), "writes"), writes);
  EXPECT_EQ(read_file(ledger_), before);
}

TEST(Undo, WhatIsNoLedgerIsAUsageError) {
  const pawl_workspace workspace;
  const auto result = workspace.run({"undo", "nope.ledger"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("nope.ledger"));
  EXPECT_EQ(result.output, "");
}

TEST(Undo, HelpNamesOptionsAndExitCodes) {
  const pawl_workspace workspace;
  const auto help = workspace.run({"undo", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const auto* part : {"--generation", "--profile", "LEDGER", "Exit codes: 0"})
    EXPECT_THAT(help.output, HasSubstr(part));
}

namespace json = boost::json;

// What a run can write and undo can bring back.
json::object state_of(const json::value& thread) {
  json::object state;
  for (const auto* name :
       {"status", "snoozed_until", "title", "pain_level", "assignee_id", "contact_id", "company_id"})
    state[name] = thread.at(name);
  std::set<std::string> tags;
  for (const auto& tag : thread.at("tag_ids").as_array()) tags.emplace(tag.as_string());
  auto& list = state["tag_ids"].emplace_array();
  for (const auto& tag : tags) list.emplace_back(tag);
  return state;
}

// An API that shows half of a surrogate pair: valid JSON, and no text that a row may say.
TEST(Undo, AValueThatNoInputMaySayCostsItsRowAndNotTheCommand) {
  testing::server_options plain;
  plain.tls = false;
  testing::scripted_server server{plain};
  const pawl_workspace workspace;
  const auto thing = [](const std::string& id, const std::string& title) {
    return "{\"id\":\"" + id + "\",\"title\":\"" + title + "\"}";
  };
  std::string csv = "id,title\n";
  for (const std::string id : {"a1", "a2", "a3", "a4"}) {
    const auto old = thing(id, id == "a3" ? "cut in the middle \\ud83d" : "old");
    server.when("/v1/items/" + id).reply(200, {}, old).then(200, {}, old).then(200, {}, thing(id, "new"));
    csv += id + ",new\n";
  }
  workspace.input(
      "tiny.toml",
      "name = \"tiny\"\nbase_url = \"http://127.0.0.1:1\"\nreply = \"resource\"\nread_first = true\n"
      "unknown_fields = \"refuse\"\n[resource]\npath = \"/v1/items/{id}\"\n[limits]\nwrite = "
      "[\"unlimited\"]\n"
      "read = [\"unlimited\"]\n[error]\ncode = \"code\"\nmessage = \"message\"\n[fields.title]\n"
      "type = \"string\"\nnullable = true\n");
  const auto input = workspace.input("jobs.csv", csv);
  const auto with_target = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--profile", "./tiny.toml", "--base-url", server.url(), "--state-dir", "state"});
    return workspace.run(arguments);
  };
  const auto plan = with_target({"plan", input.string(), "--out", "todo.ndjson"});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("title: the API showed a text that no input may say"));
  EXPECT_THAT(plan.output, HasSubstr("1 row has an old value that no input may say"));
  const auto checked = workspace.run({"check", "todo.ndjson", "--profile", "./tiny.toml"});
  EXPECT_EQ(checked.exit_code, 0) << checked.errors;

  const auto run = with_target({"run", input.string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select old_values from intent where id = 'a3'"),
            R"({"title":"cut in the middle \ud83d"})");
  const auto undo = workspace.run({"undo", "jobs.csv.ledger", "--profile", "./tiny.toml"});
  EXPECT_EQ(undo.exit_code, 1) << undo.errors;
  EXPECT_EQ(std::count(undo.output.begin(), undo.output.end(), '\n'), 3);
  EXPECT_THAT(undo.errors, HasSubstr("title cannot go back: the API showed a text that no input may say"));
  EXPECT_THAT(undo.errors, HasSubstr("1 resource: a3"));
}

TEST(Undo, BringsEveryThreadBackAndKeepsWhatSomebodyChangedSince) {
  const sandbox_process sandbox{{"--threads", "200", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto run = [&](const std::filesystem::path& input) {
    return workspace.run(
        {"run", input.string(), "--rate", "unlimited", "--read-rate", "unlimited", "--summary", "s.json"});
  };
  const auto truth = sandbox.truth();
  const auto& before = truth.at("threads").as_object();
  // Half of the rows are as wanted already.
  std::string text;
  int row = 0;
  for (const auto& [id, thread] : before) {
    json::object patch;
    if (++row % 2 == 0)
      patch = {{"pain_level", thread.at("pain_level")}};
    else
      patch = {{"title", "new " + std::to_string(row)},
               {"status", row % 3 == 0 ? "open" : "done"},
               {"add_tag_ids", json::array{"tag_new"}}};
    text += json::serialize(json::object{{"id", id}, {"patch", patch}}) + "\n";
  }
  const auto input = workspace.input("jobs.ndjson", text);
  const auto there = run(input);
  ASSERT_EQ(there.exit_code, 0) << there.errors;
  const auto first = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(first, "writes"), 100);
  EXPECT_EQ(number(first, "unchanged"), 100);

  const std::string mine = "thr_000001", tagged = "thr_000003";
  sandbox.edit(mine, R"({"title":"by hand"})");
  const auto now = sandbox.thread(tagged);
  auto tags = now.at("tag_ids").as_array();
  tags.emplace_back("tag_theirs");
  sandbox.edit(tagged, json::serialize(json::object{{"tag_ids", tags}}));

  const auto undone = workspace.run({"undo", input.string() + ".ledger"});
  EXPECT_EQ(undone.exit_code, 0) << undone.errors;
  const auto back = run(workspace.input("undo.ndjson", undone.output));
  ASSERT_EQ(back.exit_code, 0) << back.errors;
  const auto second = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(second, "skipped"), 1);
  EXPECT_EQ(number(second, "applied"), 99);

  const auto after = sandbox.truth();
  for (const auto& [id, thread] : before) {
    auto want = state_of(thread);
    const auto is = state_of(after.at("threads").at(id));
    if (id == mine) {
      EXPECT_EQ(is.at("title"), "by hand");
      continue;
    }
    if (id == tagged) {
      auto with_theirs = thread.as_object();
      with_theirs.at("tag_ids").as_array().emplace_back("tag_theirs");
      want = state_of(with_theirs);
    }
    EXPECT_EQ(json::serialize(is), json::serialize(want)) << id;
  }
}

}  // namespace
}  // namespace pawl::test
