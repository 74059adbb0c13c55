// `pawl doctor`: one read, a line for everything that a run needs, and the exit code of the worst.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

// The states of the checks about one thing, in order.
std::string found_state(const child_result& run, std::string_view about) {
  std::string states;
  const auto said = json::parse(run.output);
  for (const auto& check : said.at("checks").as_array())
    if (check.at("about").as_string() == about)
      states += (states.empty() ? "" : " ") + std::string{check.at("state").as_string()};
  return states;
}

TEST(Doctor, SaysOkOfEverythingWithOneReadAndShowsNoKey) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"doctor"});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  for (const auto* part : {"ok    proxy", "ok    key", "pl_v2_sand", "from PRODUCTLANE_API_KEY",
                           "ok    account", "ok    scopes", "threads:write", "TLSv1.3", "valid until",
                           "ok    clock", "writes 60/min and 20/10s, reads 1000/min and 333/10s"})
    EXPECT_THAT(run.output, HasSubstr(part));
  EXPECT_THAT(run.output, Not(HasSubstr("mend")));
  const std::string key{sandbox_process::default_key};
  EXPECT_THAT(run.output + run.errors, Not(HasSubstr(key)));
  EXPECT_FALSE(stands_in_files(workspace.files().path(), key));
  EXPECT_EQ(sandbox.journal().size(), 1u);
}

TEST(Doctor, NamesTheScopesThatARunWouldMiss) {
  const sandbox_process sandbox{{"--threads", "1", "--scopes", "threads:read"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"doctor", "--format", "json"});
  EXPECT_EQ(run.exit_code, 4) << run.output;
  EXPECT_EQ(found_state(run, "key"), "ok");
  EXPECT_EQ(found_state(run, "scopes"), "mend note");
  EXPECT_THAT(run.output, HasSubstr("lacks threads:write"));
  EXPECT_THAT(run.output, HasSubstr("without tags:read"));
}

TEST(Doctor, TellsAKeyThatTheApiDoesNotKnow) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox, "pl_v2_nobody_knows_this_key_at_all"};
  const auto run = workspace.run({"doctor", "--format", "json"});
  EXPECT_EQ(run.exit_code, 4) << run.output;
  EXPECT_EQ(found_state(run, "key"), "mend");
  EXPECT_EQ(found_state(run, "tls"), "ok");
  EXPECT_THAT(run.output, HasSubstr("request "));
  EXPECT_THAT(run.output, Not(HasSubstr("nobody_knows_this_key")));
}

TEST(Doctor, TellsAnUntrustedCertificate) {
  const sandbox_process sandbox{{"--threads", "1", "--cert-kind", "expired"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"doctor", "--format", "json"});
  EXPECT_EQ(run.exit_code, 4) << run.output;
  EXPECT_EQ(found_state(run, "tls"), "mend");
  EXPECT_EQ(found_state(run, "key"), "later");
  EXPECT_TRUE(sandbox.journal().empty());
}

TEST(Doctor, AnApiThatDoesNotAnswerIsALaterMatter) {
  sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  sandbox.configure(R"({"outage":true})");
  const auto run = workspace.run({"doctor", "--format", "json"});
  EXPECT_EQ(run.exit_code, 3) << run.output << run.errors;
  EXPECT_EQ(found_state(run, "api"), "later");
}

TEST(Doctor, ComparesTheClocks) {
  const sandbox_process sandbox{{"--threads", "1", "--clock-offset", "-600s"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"doctor", "--format", "json"});
  EXPECT_EQ(run.exit_code, 4) << run.output;
  EXPECT_EQ(found_state(run, "clock"), "mend");
  EXPECT_THAT(run.output, HasSubstr("10 min 00 s ahead of"));
}

TEST(Doctor, SeesThatTheApiGrantsLessThanIsSet) {
  const sandbox_process sandbox{{"--threads", "1", "--read-limit", "100/60s"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"doctor", "--format", "json"});
  EXPECT_EQ(run.exit_code, 4) << run.output;
  EXPECT_EQ(found_state(run, "limits"), "mend");
  const auto set = workspace.run({"doctor", "--format", "json", "--read-rate", "100/min"});
  EXPECT_EQ(set.exit_code, 0) << set.output;
  EXPECT_EQ(found_state(set, "limits"), "ok");
}

TEST(Doctor, AnotherAccountThanTheNamedOneIsToBeMended) {
  const sandbox_process sandbox{{"--threads", "1", "--workspace", "ws_other"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run({"doctor", "--format", "json", "-o", "api.account=ws_mine"});
  EXPECT_EQ(run.exit_code, 4) << run.output;
  EXPECT_EQ(found_state(run, "account"), "mend");
}

TEST(Doctor, KnowsWhatItCannotAskOfAnApiWithoutWhoami) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  const auto run = workspace.run(
      {"doctor", "--profile", "internal-example", "--base-url", sandbox.root_url(), "--format", "json"});
  EXPECT_EQ(found_state(run, "key"), "note") << run.output << run.errors;
  EXPECT_EQ(found_state(run, "tls"), "ok");
}

}  // namespace
}  // namespace pawl::test
