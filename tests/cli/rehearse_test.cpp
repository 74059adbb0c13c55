// `pawl rehearse`: the user's input and settings against a model, in virtual time.
#include "tests/cli/job_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::string rows(std::string_view header, std::string_view value, int count) {
  std::string csv{header};
  for (int i = 1; i <= count; ++i)
    csv += "\nthr_" + std::to_string(1'000'000 + i).substr(1) + "," + std::string{value};
  return csv + "\n";
}

json::array rehearsals(const child_result& done) {
  return json::parse(done.output).at("rehearsals").as_array();
}

class rehearse : public ::testing::Test {
 protected:
  child_result run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "rehearse");
    return workspace_.run(std::move(arguments));
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& one : std::filesystem::recursive_directory_iterator(workspace_.files().path()))
      names.insert(one.path().string());
    return names;
  }

  pawl_workspace workspace_;
  std::string input_ = workspace_.input("jobs.csv", rows("id,status", "done", 300)).string();
};

TEST_F(rehearse, TakesTheTimeThatTheLimitsAllowAndLeavesNothing) {
  const auto before = files();
  const auto done = run({input_, "--times", "3", "--format", "json"});
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  const auto ends = rehearsals(done);
  ASSERT_EQ(ends.size(), 3u);
  for (const auto& each : ends) {
    const auto& end = each.as_object();
    EXPECT_EQ(end.at("rows"), 300);
    const auto applied = number(end, "applied"), unchanged = number(end, "unchanged");
    EXPECT_EQ(applied + unchanged, 300);
    EXPECT_EQ(end.at("writes"), applied);
    EXPECT_EQ(end.at("over_limits"), 0);
    EXPECT_EQ(end.at("starts"), 1);
    EXPECT_TRUE(end.at("error").is_null());
    // The model allows 60 writes a minute.
    const auto seconds = end.at("elapsed_s").to_number<double>();
    EXPECT_GT(seconds, static_cast<double>(applied - 60));
    EXPECT_LT(seconds, static_cast<double>(applied + 60));
  }
  EXPECT_EQ(files(), before) << "no ledger, no state";
}

TEST_F(rehearse, OfTheSameSeedIsTheSame) {
  const std::vector<std::string> flags{input_,
                                       "--times",
                                       "2",
                                       "--seed",
                                       "7",
                                       "--kills",
                                       "2",
                                       "--outages",
                                       "1",
                                       "--faults",
                                       "e500=0.05,drop-after=0.05",
                                       "--format",
                                       "json"};
  const auto first = run(flags), second = run(flags);
  ASSERT_EQ(first.exit_code, 0) << first.errors;
  EXPECT_EQ(rehearsals(first), rehearsals(second));
  EXPECT_EQ(rehearsals(first).at(0).at("seed"), 7);
}

TEST_F(rehearse, SurvivesEveryKill) {
  const auto done = run({input_, "--times", "2", "--kills", "5", "--format", "json"});
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  for (const auto& end : rehearsals(done)) {
    EXPECT_EQ(end.at("starts"), 6);
    EXPECT_EQ(end.at("pending"), 0);
    EXPECT_GT(end.at("elapsed_s").to_number<double>(), 5 * 60.0) << "each is followed by a minute";
  }
}

TEST_F(rehearse, ShowsALimitThatIsLowerThanTheSettings) {
  const auto done = run({input_, "--times", "1", "--model-limit", "write=10/60s"});
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_THAT(done.output, HasSubstr("over limits"));
  EXPECT_THAT(done.errors, HasSubstr("the API says 10/min"));
}

TEST_F(rehearse, OfACanaryEndsWithIt) {
  const auto done = run({input_, "--times", "1", "--limit", "5", "--format", "json"});
  EXPECT_EQ(done.exit_code, 3) << done.errors;
  const auto end = rehearsals(done).at(0);
  EXPECT_EQ(end.at("starts"), 1);
  EXPECT_EQ(end.at("pending"), 295);
}

TEST_F(rehearse, NamesADirectoryThatIsNotThere) {
  auto how = workspace_.command({"rehearse", input_});
  how.environment["TMPDIR"] = "/nowhere";
  const auto done = run_child(how);
  EXPECT_EQ(done.exit_code, 2);
  EXPECT_THAT(done.errors, HasSubstr("TMPDIR: no directory can be made there: "));
}

TEST_F(rehearse, PrintsASpreadForPeople) {
  const auto done = run({input_, "--times", "4"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_THAT(
      done.output,
      HasSubstr("profile productlane, 4 rehearsals against the model of productlane, seeds 1 to 4\n"));
  EXPECT_THAT(done.output, HasSubstr("\n  rows        300\n"));
  EXPECT_THAT(done.output, Not(HasSubstr("over limits")));
}

TEST_F(rehearse, TellsWrongRowsAsARunDoes) {
  const auto input = workspace_.input("bad.csv", "id,status\nthr_1,opne\nthr_2,done\n").string();
  const auto refused = run({input});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.output, "");
  EXPECT_THAT(refused.errors,
              HasSubstr("bad.csv:2: status: must be one of open, snoozed, done (got \"opne\")"));
  const auto done = run({input, "--skip-invalid", "--times", "1"});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.output, HasSubstr("\n  invalid     1\n"));
}

TEST_F(rehearse, KnowsTheNamesOfTheInput) {
  const auto done = run(
      {workspace_.input("tags.csv", "id,add_tags\nthr_1,Billing;VIP\nthr_2,VIP\n").string(), "--times", "1"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("applied     2"));
}

TEST_F(rehearse, StopsAtASignalWithWhatItHas) {
  const auto scratch = workspace_.files() / "scratch";
  std::filesystem::create_directory(scratch);
  auto how = workspace_.command({"rehearse", input_, "--times", "10000"});
  how.environment["TMPDIR"] = scratch.string();
  child_process going{how};
  ASSERT_TRUE(wait_until([&] { return !std::filesystem::is_empty(scratch); })) << going.errors();
  going.signal(SIGINT);
  EXPECT_EQ(going.wait().code, 130);
  EXPECT_THAT(going.errors(), HasSubstr("stopped by SIGINT after "));
  EXPECT_TRUE(std::filesystem::is_empty(scratch)) << "nothing is left of it";
}

TEST_F(rehearse, WithoutItsProgramSaysSo) {
  auto alone = workspace_.command({"rehearse", input_});
  const auto copy = workspace_.files() / "pawl";
  std::filesystem::copy_file(alone.program, copy);
  alone.program = copy;
  const auto done = run_child(alone);
  EXPECT_EQ(done.exit_code, 4);
  EXPECT_THAT(done.errors, HasSubstr("pawl-rehearse: No such file or directory"));
}

struct wrong_words {
  std::vector<std::string> arguments;
  const char* said;
};

TEST_F(rehearse, RefusesWhatIsNoRehearsal) {
  for (const auto& one : std::vector<wrong_words>{
           {{"-"}, "-: standard input cannot be read once for each rehearsal"},
           {{input_, "--summary", "s.json"}, "--summary: "},
           {{input_, "--times", "0"}, "--times: "},
           {{input_, "--kills", "x"}, "--kills: \"x\" is not a whole number"},
           {{input_, "--reply-time", "soon"}, "--reply-time: "},
           {{input_, "--format", "csv"}, "--format: must be text or json"},
           {{input_, "--faults", "nonsense=1"}, "--faults: no such fault: `nonsense=1`"},
           {{input_, "--model", "nonsense"}, "--model: must be productlane, "},
           {{input_, "--model-limit", "write"}, "--model-limit: must be NAME=N/WINDOW"},
           {{input_, "--model-limit", "write=often"}, "--model-limit: "},
           {{input_, "--model-file", "none.json"}, "none.json"},
           {{input_, "--model", "zendesk", "--model-file", "api.json"},
            "--model-file: --model zendesk reads no description"},
           {{input_, "--profile", "internal-example"},
            "--model: pawl has no model of the API of profile internal-example"},
           {{input_, "--profile", "hubspot-contacts", "-o", "vars.version=v3", "--model", "zendesk"},
            "--model: the model of zendesk has no requests for several resources"},
           {{"none.csv"}, "none.csv: cannot be opened"},
       }) {
    const auto refused = run(one.arguments);
    EXPECT_EQ(refused.exit_code, 2) << one.said;
    EXPECT_EQ(refused.output, "") << one.said;
    EXPECT_THAT(refused.errors, HasSubstr(one.said));
  }
}

TEST_F(rehearse, CountsARequestForSeveralRowsOnce) {
  std::string csv = "id,firstname\n";
  for (int i = 1; i <= 250; ++i) csv += std::to_string(i) + ",a\n";
  const auto done = run({workspace_.input("many.csv", csv).string(), "--profile", "hubspot-contacts", "-o",
                         "vars.version=v3", "--times", "1", "--format", "json"});
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  const auto end = rehearsals(done).at(0);
  EXPECT_EQ(end.at("applied"), 250);
  EXPECT_EQ(end.at("writes"), 3);
  EXPECT_LE(end.at("reads").to_number<int>(), 5);
}

struct modelled {
  const char *profile, *csv;
  std::vector<std::string> settings;
};

class every_profile : public rehearse, public ::testing::WithParamInterface<modelled> {};

TEST_P(every_profile, HasItsModel) {
  const auto& of = GetParam();
  std::vector<std::string> words{workspace_.input("rows.csv", of.csv).string(),
                                 "--profile",
                                 of.profile,
                                 "--times",
                                 "1",
                                 "--format",
                                 "json"};
  words.insert(words.end(), of.settings.begin(), of.settings.end());
  const auto done = run(words);
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  const auto end = rehearsals(done).at(0);
  EXPECT_EQ(end.at("applied"), 2) << done.output;
  EXPECT_EQ(end.at("over_limits"), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Rehearse, every_profile,
    ::testing::Values(
        modelled{"github-issues", "id,title\n1,a\n2,b\n", {"-o", "vars.owner=octo", "-o", "vars.repo=hello"}},
        modelled{"hubspot-contacts", "id,firstname\n1,a\n2,b\n", {"-o", "vars.version=v3"}},
        modelled{"hubspot-tickets", "id,subject\n1,a\n2,b\n", {"-o", "vars.version=v3"}},
        modelled{
            "intercom-contacts", "id,name\n5f7f0d217289f8d2f4262080,a\n5f7f0d217289f8d2f4262081,b\n", {}},
        modelled{"jira-issues",
                 "id,summary\n10001,a\n10002,b\n",
                 {"-o", "vars.site=acme", "-o", "vars.email=a@b.c"}},
        modelled{"redmine-issues",
                 "id,subject\n1,a\n2,b\n",
                 {"--base-url", "https://redmine.example.org", "--token-env", "KEY"}},
        modelled{"rt-tickets",
                 "id,Subject\n1,a\n2,b\n",
                 {"--base-url", "https://rt.example.org/rt/REST/2.0", "--token-env", "KEY"}},
        modelled{
            "zendesk-tickets", "id,subject\n1,a\n2,b\n", {"-o", "vars.site=acme", "-o", "vars.email=a@b.c"}}),
    [](const auto& each) {
      std::string name = each.param.profile;
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace pawl::test
