// An API whose PUT replaces: what a write leaves out is erased. Nothing is lost, and undo brings all back.
#include "tests/cli/documents_profile.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

class replacing_put : public ::testing::Test {
 protected:
  std::string profile(const std::string& body_is) {
    return workspace_.input("documents.toml", documents_profile(body_is)).string();
  }
  child_result pawl(std::vector<std::string> arguments) {
    if (arguments.front() != "undo") arguments.insert(arguments.end(), {"--base-url", sandbox_.root_url()});
    arguments.insert(arguments.end(), {"--profile", profile_});
    return workspace_.run(std::move(arguments));
  }
  // Takes the run of this input back.
  void undo(const std::filesystem::path& input, const std::string& cannot = {}) {
    const auto made = pawl({"undo", pawl_workspace::ledger_of(input).string()});
    EXPECT_EQ(made.exit_code, cannot.empty() ? 0 : 1) << made.errors;
    EXPECT_THAT(made.errors, HasSubstr(cannot));
    const auto back = pawl({"run", workspace_.input("undo.ndjson", made.output).string()});
    EXPECT_EQ(back.exit_code, 0) << back.errors << made.output;
  }

  static constexpr const char* first =
      R"({"id":"a","title":"One","state":"open","rank":1.50,"labels":["x"],)"
      R"("stamp":"2026-01-01T00:00:00Z","views":7,)"
      R"("custom":{"depth":[1.0,2e3],"big":12345678901234567890123,"t":"\u00e9\/"}})";
  // Without what [readable] names, of which this naive server keeps nothing.
  static std::string without_views(std::string document) {
    const auto at = document.find(R"("views":7,)");
    return at == std::string::npos ? document : document.erase(at, 10);
  }

  sandbox_process sandbox_{{"--threads", "1", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::string profile_;
};

TEST_F(replacing_put, IsExplainedBeforeAnythingIsErased) {
  profile_ = profile("");
  sandbox_.put_document("a", first);
  const auto input = workspace_.input("jobs.csv", "id,state\na,done\n");
  const auto run = pawl({"run", input.string()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors, HasSubstr("write.body_is: is missing: a PUT may replace the resource"));
  EXPECT_EQ(sandbox_.document("a"), first);
  // This server does not keep what it is not sent, so "changes" would be the wrong answer.
  profile_ = profile("changes");
  EXPECT_EQ(pawl({"run", input.string()}).exit_code, 0);
  EXPECT_EQ(sandbox_.document("a"), R"({"id":"a","state":"done"})");
}

TEST_F(replacing_put, WholeLosesNothingAndUndoBringsAllBack) {
  profile_ = profile("whole");
  sandbox_.put_document("a", first);
  sandbox_.put_document("b", R"({"id":"b","title":"Two","state":"done","labels":[],"custom":null})");
  sandbox_.put_document(
      "c", R"({"id":"c","title":"Three","state":"open","labels":["x","y"],"rank":null,"deep":[{}]})");
  const auto before_c = sandbox_.document("c"), before_b = sandbox_.document("b");
  const auto input =
      workspace_.input("jobs.ndjson", R"({"id":"a","patch":{"state":"done","add_labels":["y"]}})"
                                      "\n"
                                      R"({"id":"b","patch":{"state":"done"}})"
                                      "\n"
                                      R"({"id":"c","patch":{"rank":7,"remove_labels":["x"]}})"
                                      "\n"
                                      R"({"id":"a","patch":{"title":"Uno"}})"
                                      "\n");
  const auto plan = pawl({"plan", input.string()});
  EXPECT_THAT(plan.output,
              HasSubstr("sends:  the whole resource as it was read, with the values of the row put in"));
  const auto run = pawl({"run", input.string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(sandbox_.document("a"),
            R"({"id":"a","title":"Uno","state":"done","rank":1.50,"labels":["x","y"],)"
            R"("stamp":"2026-01-01T00:00:00Z",)"
            R"("custom":{"depth":[1.0,2e3],"big":12345678901234567890123,"t":"\u00e9\/"}})");
  EXPECT_EQ(sandbox_.document("b"), before_b) << "as wanted already";
  EXPECT_EQ(sandbox_.document("c"),
            R"({"id":"c","title":"Three","state":"open","labels":["y"],"rank":7,"deep":[{}]})");
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger, "select new_values from intent where row = 4"), R"({"title":"Uno"})");
  const auto kept = sqlite_value(ledger, "select old_values from intent where row = 1");
  EXPECT_THAT(kept,
              HasSubstr(R"("custom":{"depth":[1.0,2e3],"big":12345678901234567890123,"t":"\u00e9\/"})"));
  EXPECT_THAT(sqlite_value(ledger, "select settings from generation"),
              HasSubstr(R"("write.body_is":"whole")"));

  undo(input);
  EXPECT_EQ(sandbox_.document("a"), without_views(first));
  EXPECT_EQ(boost::json::parse(sandbox_.document("c")).at("rank"), boost::json::value(nullptr));
  EXPECT_EQ(boost::json::parse(sandbox_.document("c")).at("deep"), boost::json::parse(before_c).at("deep"));
  EXPECT_EQ(boost::json::serialize(boost::json::parse(sandbox_.document("c")).at("labels")), R"(["y","x"])");
}

// Every field of the row goes, and back again: also those that were as wanted.
TEST_F(replacing_put, RowSendsAndRestoresAllOfTheRow) {
  profile_ = profile("row");
  constexpr const char* document = R"({"id":"a","title":"One","state":"open","rank":1.50,"labels":["x"]})";
  sandbox_.put_document("a", document);
  sandbox_.put_document("b", R"({"id":"b","title":"Two","state":"open","rank":2,"labels":[],"custom":1})");
  const auto input =
      workspace_.input("jobs.csv", "id,title,state,rank,labels\na,One,done,1.5,x\nb,Two,done,2,[]\n");
  const auto plan = pawl({"plan", input.string()});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("sends:  all fields of the row, as soon as one of them differs"));
  EXPECT_THAT(plan.output, HasSubstr("title: as it is, sent along"));
  EXPECT_THAT(plan.output, HasSubstr("erases it, beyond undo: members not described (1 row)"));
  const auto run = pawl({"run", input.string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(sandbox_.document("a"), R"({"id":"a","title":"One","state":"done","rank":1.5,"labels":["x"]})");
  EXPECT_EQ(sandbox_.document("b"), R"({"id":"b","title":"Two","state":"done","rank":2,"labels":[]})")
      << "the row is all that is left: the plan said so";
  EXPECT_THAT(sqlite_value(pawl_workspace::ledger_of(input), "select old_values from intent where row = 2"),
              HasSubstr(R"("custom":1)"))
      << "and what was erased is kept";

  undo(input, "custom cannot go back: the row did not name it");
  EXPECT_EQ(sandbox_.document("a"), document);
  EXPECT_EQ(sandbox_.document("b"), R"({"id":"b","title":"Two","state":"open","rank":2,"labels":[]})");
}

// A row that names some members of an object erases none of the others.
TEST_F(replacing_put, RowSendsTheMembersBesideThoseThatItNames) {
  profile_ = profile("row");
  constexpr const char* document =
      R"({"id":"a","title":"One","limits":{"cpu":1,"disk":{"gb":5.0,"kind":"ssd"}}})";
  sandbox_.put_document("a", document);
  const auto input = workspace_.input(
      "jobs.ndjson", R"({"id":"a","patch":{"title":"One","limits":{"cpu":2,"disk":{"gb":6}}}})"
                     "\n");
  const auto blind = pawl({"run", input.string(), "--no-read-first"});
  EXPECT_EQ(blind.exit_code, 2);
  EXPECT_THAT(blind.errors, HasSubstr("limits"));
  EXPECT_EQ(sandbox_.document("a"), document);
  const auto run = pawl({"run", input.string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(sandbox_.document("a"),
            R"({"id":"a","title":"One","limits":{"cpu":2,"disk":{"gb":6,"kind":"ssd"}}})");
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select new_values from intent"),
            R"({"title":"One","limits":{"cpu":2,"disk":{"gb":6}}})");
  undo(input);
  EXPECT_EQ(sandbox_.document("a"), document);
}

// A profile may change after the run; a job of the way back then names what a write of the run held.
TEST_F(replacing_put, UndoGoesByWhatTheWritesOfTheRunHeld) {
  profile_ = profile("row");
  sandbox_.put_document("a", R"({"id":"a","title":"One","state":"open"})");
  const auto input = workspace_.input("jobs.csv", "id,title,state\na,One,done\n");
  EXPECT_EQ(pawl({"run", input.string()}).exit_code, 0);
  profile_ = profile("changes");
  const auto made = pawl({"undo", pawl_workspace::ledger_of(input).string()});
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_THAT(made.output, HasSubstr(R"("title":"One")"));
  EXPECT_THAT(made.output, HasSubstr(R"("state":"open")"));
}

// Killed between the intent and the outcome, and meanwhile somebody edits another member: the row is judged
// by what it wants, and the edit stays.
TEST_F(replacing_put, AKilledWholeWriteIsJudgedByTheRowAlone) {
  profile_ = profile("whole");
  sandbox_.put_document("a", first);
  sandbox_.put_document("b", R"({"id":"b","title":"Two","state":"open","labels":[]})");
  // Both are applied, and the replies do not come before the kill.
  sandbox_.configure(R"({"script":{"a":["stall-after"],"b":["stall-after"]}})");
  const auto input = workspace_.input("jobs.ndjson", R"({"id":"a","patch":{"state":"done"}})"
                                                     "\n"
                                                     R"({"id":"b","patch":{"state":"done","ping":true}})"
                                                     "\n");
  const std::vector<std::string> command{"run",       input.string(), "--base-url", sandbox_.root_url(),
                                         "--profile", profile_};
  {
    auto run = workspace_.start(command);
    const auto both = [&] { return sandbox_.totals().at("applied").to_number<int>() == 2; };
    ASSERT_TRUE(wait_until(both)) << run.errors();
    run.kill();
  }
  auto edited = sandbox_.document("a");
  edited.replace(edited.find("1.50"), 4, "9.75");
  sandbox_.put_document("a", edited);
  const auto last = workspace_.run(command);
  EXPECT_EQ(last.exit_code, 0) << last.errors;
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select group_concat(outcome) from job"),
            "applied,applied");
  EXPECT_EQ(sandbox_.totals().at("applied").to_number<int>(), 2) << "nothing was sent a second time";
  EXPECT_EQ(sandbox_.document("a"), edited);
}

TEST_F(replacing_put, GoesOnWithWhatItsWritesHeldAndNeedsARead) {
  profile_ = profile("whole");
  sandbox_.put_document("a", first);
  sandbox_.put_document("b", R"({"id":"b","title":"Two","state":"open","labels":[]})");
  const auto input = workspace_.input("jobs.csv", "id,state\na,done\nb,done\n");
  const auto unread = pawl({"run", input.string(), "--no-read-first"});
  EXPECT_EQ(unread.exit_code, 2);
  EXPECT_THAT(unread.errors, HasSubstr("write.body_is = \"whole\""));
  EXPECT_EQ(pawl({"run", input.string(), "--limit", "1"}).exit_code, 3);
  profile_ = profile("changes");
  const auto other = pawl({"run", input.string()});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.errors, HasSubstr("write.body_is of the profile was whole and is changes"));
  profile_ = profile("whole");
  EXPECT_EQ(pawl({"run", input.string()}).exit_code, 0);
}

}  // namespace
}  // namespace pawl::test
