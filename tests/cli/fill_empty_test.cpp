// `--fill-empty FIELD`: a field is written only where the resource has no value.
#include "tests/cli/documents_profile.hpp"
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class fill_empty : public ::testing::Test {
 protected:
  child_result pawl(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--base-url", sandbox_.root_url(), "--profile", profile_.string()});
    return workspace_.run(std::move(arguments));
  }
  json::object summary() const { return read_summary(workspace_.files() / "s.json"); }
  json::value document(const std::string& id) const { return json::parse(sandbox_.document(id)); }

  sandbox_process sandbox_{{"--threads", "1", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::filesystem::path profile_ = workspace_.input("documents.toml", documents_profile("whole"));
};

TEST_F(fill_empty, WritesWhereThereIsNoValueAndSkipsTheOthers) {
  sandbox_.put_document("null", R"({"id":"null","title":"A","rank":null,"labels":[]})");
  sandbox_.put_document("absent", R"({"id":"absent","title":"A","labels":[]})");
  sandbox_.put_document("other", R"({"id":"other","title":"A","rank":0,"labels":[]})");
  sandbox_.put_document("same", R"({"id":"same","title":"A","rank":7,"labels":[]})");
  const auto input = workspace_.input("ranks.csv", "id,rank\nnull,7\nabsent,7\nother,7\nsame,7\n").string();

  const auto plan = pawl({"plan", input, "--fill-empty", "rank"});
  EXPECT_THAT(plan.output, HasSubstr("only where the resource has no value: rank"));
  EXPECT_THAT(plan.output, HasSubstr("rank is 0, expected no value"));
  const auto run = pawl({"run", input, "--fill-empty", "rank", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(number(summary(), "applied"), 2);
  EXPECT_EQ(number(summary(), "skipped"), 1);
  EXPECT_EQ(number(summary(), "unchanged"), 1);
  EXPECT_EQ(document("null").at("rank"), 7);
  EXPECT_EQ(document("absent").at("rank"), 7);
  EXPECT_EQ(document("other").at("rank"), 0) << "nought is a value";
  const auto skipped = workspace_.run({"export", input + ".ledger", "--outcome", "skipped"});
  EXPECT_THAT(skipped.output, HasSubstr("rank is 0, expected no value"));
}

TEST_F(fill_empty, LeavesOneFieldOfARowAndWritesTheOthers) {
  sandbox_.put_document("a", R"({"id":"a","title":"","rank":1,"labels":[]})");
  sandbox_.put_document("b", R"({"id":"b","title":"Kept","rank":1,"labels":["x"]})");
  const auto input = workspace_
                         .input("jobs.ndjson", R"({"id":"a","patch":{"title":"New","rank":2,"labels":["y"]}})"
                                               "\n"
                                               R"({"id":"b","patch":{"title":"New","rank":2,"labels":["y"]}})"
                                               "\n")
                         .string();
  const auto run = pawl({"run", input, "--fill-empty", "title", "--fill-empty", "labels"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(document("a"), json::parse(R"({"id":"a","title":"New","rank":2,"labels":["y"]})"));
  EXPECT_EQ(document("b"), json::parse(R"({"id":"b","title":"Kept","rank":2,"labels":["x"]})"));
  const auto verified = pawl({"verify", input + ".ledger"});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;

  const auto back = workspace_.run({"undo", input + ".ledger", "--profile", profile_.string()});
  EXPECT_EQ(back.exit_code, 0) << back.errors;
  EXPECT_THAT(back.output, Not(HasSubstr("Kept")));
  EXPECT_EQ(pawl({"run", workspace_.input("undo.ndjson", back.output).string()}).exit_code, 0);
  EXPECT_EQ(document("a"), json::parse(R"({"id":"a","title":"","rank":1,"labels":[]})"));
  EXPECT_EQ(document("b"), json::parse(R"({"id":"b","title":"Kept","rank":1,"labels":["x"]})"));
}

TEST_F(fill_empty, IsPartOfTheInput) {
  sandbox_.put_document("a", R"({"id":"a","title":"A","rank":null,"labels":[]})");
  sandbox_.put_document("b", R"({"id":"b","title":"A","rank":1,"labels":[]})");
  const auto input = workspace_.input("ranks.csv", "id,rank\na,7\nb,7\n").string();
  EXPECT_EQ(pawl({"run", input, "--fill-empty", "rank", "--limit", "1"}).exit_code, 3);
  const auto without = pawl({"run", input});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.errors, HasSubstr("--fill-empty"));
  EXPECT_EQ(document("b").at("rank"), 1);
  const auto twice =
      pawl({"run", input, "--fill-empty", "rank", "--fill-empty", "rank", "--summary", "s.json"});
  EXPECT_EQ(twice.exit_code, 0) << twice.errors;
  EXPECT_EQ(number(summary(), "generation"), 1) << "said twice it is the same input";
  EXPECT_EQ(document("b").at("rank"), 1);
}

TEST_F(fill_empty, APlanThatIsWrittenToAFileSaysWhatToGive) {
  sandbox_.put_document("a", R"({"id":"a","title":"A","rank":null,"labels":[]})");
  const auto input = workspace_.input("ranks.csv", "id,rank\na,7\n").string();
  const auto plan = pawl({"plan", input, "--fill-empty", "rank", "--out", "todo.ndjson"});
  EXPECT_THAT(plan.errors, HasSubstr("give run also --fill-empty rank"));
}

struct refused {
  std::vector<std::string> flags;
  const char *body_is, *said;
};

TEST_F(fill_empty, RefusesWhatCannotBeToldEmpty) {
  const auto input = workspace_.input("jobs.csv", "id,rank,ping\na,7,true\n").string();
  for (const auto& one : std::vector<refused>{
           {{"--fill-empty", "rnak"},
            "whole",
            "--fill-empty: the profile documents has no field \"rnak\"; did you mean rank?"},
           {{"--fill-empty", "title"}, "whole", "--fill-empty: no row of the input writes \"title\""},
           {{"--fill-empty", "add_labels"}, "whole", "--fill-empty: add_labels changes a list"},
           {{"--fill-empty", "ping"}, "whole", "--fill-empty: no read shows ping"},
           {{"--fill-empty", "rank", "--no-read-first"}, "changes", "--fill-empty: "},
           {{"--fill-empty", "rank"}, "row", "body_is = \"row\""},
       }) {
    workspace_.input("documents.toml", documents_profile(one.body_is));
    std::vector<std::string> words{"run", input};
    words.insert(words.end(), one.flags.begin(), one.flags.end());
    const auto run = pawl(words);
    EXPECT_EQ(run.exit_code, 2) << one.said << run.errors;
    EXPECT_THAT(run.errors, HasSubstr(one.said));
  }
  EXPECT_EQ(number(sandbox_.totals(), "requests"), 0);
}

}  // namespace
}  // namespace pawl::test
