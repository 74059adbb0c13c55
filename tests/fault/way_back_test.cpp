// What was overwritten can be brought back also where nobody could tell pawl that it was overwritten: killed
// between the server's applying and the ledger's commit, time and again.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pawl::test {
namespace {

namespace json = boost::json;

// Everything that these jobs write and the API shows.
std::string state_of(const json::value& thread) {
  std::set<std::string> tags;
  for (const auto& tag : thread.at("tag_ids").as_array()) tags.emplace(tag.as_string());
  json::array sorted;
  for (const auto& tag : tags) sorted.emplace_back(tag);
  return json::serialize(json::value{{"title", thread.at("title")},
                                     {"status", thread.at("status")},
                                     {"pain_level", thread.at("pain_level")},
                                     {"tag_ids", sorted}});
}

TEST(WayBack, FiftyKillsBetweenApplyingAndCommittingLoseNoOldValue) {
  constexpr int kills = 50, rows = 1500;
  // Replies take 40 ms, so at every moment some writes are applied of which no reply has come.
  const sandbox_process sandbox{{"--threads", std::to_string(rows), "--limits", "off", "--delay", "40ms"}};
  const pawl_workspace workspace{sandbox};
  const auto truth = sandbox.truth();
  const auto& before = truth.at("threads").as_object();
  std::string text;
  int row = 0;
  for (const auto& [id, thread] : before) {
    // Only statuses that go to and fro without a date.
    const auto& status = thread.at("status").as_string();
    ++row;
    json::object patch{{"title", "new " + std::to_string(row)}, {"add_tag_ids", json::array{"tag_new"}}};
    if (status != "snoozed") patch["status"] = status == "done" ? "open" : "done";
    if (row % 3 == 0) patch["pain_level"] = "HIGH";
    text += json::serialize(json::object{{"id", id}, {"patch", patch}}) + "\n";
  }
  const auto input = workspace.input("jobs.ndjson", text);
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run",         input.string(), "--rate",     "unlimited",
                                         "--read-rate", "unlimited",    "--progress", "none"};
  const auto applied = [&] { return number(sandbox.totals(), "applied"); };
  // On a busy machine the one or the other kill comes after the commit; it counts for nothing.
  int between = 0;
  for (int tries = 2 * kills; between < kills && tries > 0; --tries) {
    const auto from = applied();
    auto run = workspace.start(command);
    ASSERT_TRUE(wait_until([&] { return applied() > from; })) << run.errors();
    run.kill();
    const auto committed = std::stoll(
        sqlite_value(ledger, "select count(*) from job where outcome in ('applied', 'unchanged')"));
    if (applied() > committed) ++between;
  }
  ASSERT_EQ(between, kills) << "so many kills fell between an applied write and its commit";
  ASSERT_LT(applied(), rows) << "there was work left at the last kill";

  const auto undone = workspace.run({"undo", ledger.string()});
  ASSERT_EQ(undone.exit_code, 0) << undone.errors;
  const auto back = workspace.run({"run", workspace.input("undo.ndjson", undone.output).string(), "--rate",
                                   "unlimited", "--read-rate", "unlimited"});
  EXPECT_EQ(back.exit_code, 0) << back.errors;
  const auto after = sandbox.truth();
  for (const auto& [id, thread] : before)
    EXPECT_EQ(state_of(after.at("threads").at(id)), state_of(thread)) << id;
}

}  // namespace
}  // namespace pawl::test
