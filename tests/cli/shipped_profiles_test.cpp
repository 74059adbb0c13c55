// Every profile that pawl carries, against a sandbox that behaves as its vendor documents: what the ledger
// says is what stands there, verify agrees, and undo brings everything back.
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

struct shipped {
  const char* profile;
  const char* api;
  const char* base_path;  // of the base URL
  std::vector<std::string> variables;
  const char* rows;    // CSV
  std::size_t writes;  // rows that need one
  const char* unmet;   // CSV of a row whose precondition does not hold
};

std::ostream& operator<<(std::ostream& to, const shipped& s) {
  return to << s.profile;
}

class shipped_profiles : public ::testing::TestWithParam<shipped> {
 protected:
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    const auto& p = GetParam();
    arguments.insert(arguments.end(), {"--profile", p.profile, "--base-url",
                                       "https://localhost:" + std::to_string(sandbox_.port()) + p.base_path,
                                       "--ca-file", sandbox_.ca_file(), "--token-file", key_.string()});
    for (const auto& v : p.variables) arguments.insert(arguments.end(), {"-o", "vars." + v});
    return arguments;
  }
  child_result pawl(std::vector<std::string> arguments) const {
    return workspace_.run(command(std::move(arguments)), std::chrono::seconds{60});
  }
  void expect_no_limit_exceeded() const {
    const auto truth = sandbox_.truth();
    for (const auto& limit : truth.at("limits").as_array())
      EXPECT_EQ(limit.at("exceeded").to_number<int>(), 0) << boost::json::serialize(limit);
  }
  // The fields of every resource. GitHub says of an issue that was opened again why, which stays; a property
  // of HubSpot that was cleared is an empty text.
  std::string stands_there() const {
    auto truth = sandbox_.truth();
    boost::json::object all;
    for (auto& [id, resource] : truth.at("resources").as_object()) {
      auto fields = resource.at("fields").as_object();
      fields.erase("state_reason");
      boost::json::object kept;
      for (auto& [name, value] : fields)
        if (!value.is_string() || !value.as_string().empty()) kept.emplace(name, value);
      fields = std::move(kept);
      all.emplace(id, std::move(fields));
    }
    return boost::json::serialize(all);
  }

  pawl_workspace workspace_;
  std::filesystem::path key_ = workspace_.input("key", "test-key-0123456789\n");
  std::filesystem::path input_ = workspace_.input("jobs.csv", GetParam().rows);
  sandbox_process sandbox_{
      {"--api", GetParam().api, "--key", "test-key-0123456789", "--seed-from", input_.string()}};
};

TEST_P(shipped_profiles, ApplyVerifyAndTakeBack) {
  const auto before = stands_there();
  const auto plan = pawl({"plan", input_.string()});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  const auto run = pawl({"run", input_.string(), "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto ledger = pawl_workspace::ledger_of(input_);
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"),
            std::to_string(GetParam().writes));
  const auto applied = stands_there();

  // The same rows again: everything is as wanted, so nothing is sent.
  const auto again = pawl({"run", input_.string(), "--yes", "--again"});
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_EQ(stands_there(), applied);
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where generation = 2 and outcome != 'unchanged'"),
            "0");

  const auto verify = pawl({"verify", ledger.string(), "--generation", "1"});
  EXPECT_EQ(verify.exit_code, 0) << verify.errors;
  const auto undo = workspace_.run({"undo", ledger.string(), "--generation", "1"});
  EXPECT_EQ(undo.exit_code, 0) << undo.errors;
  const auto back = workspace_.input("back.ndjson", undo.output);
  const auto undone = pawl({"run", back.string(), "--yes"});
  EXPECT_EQ(undone.exit_code, 0) << undone.errors;
  EXPECT_EQ(stands_there(), before) << "undo brings everything back";

  const auto unmet = workspace_.input("unmet.csv", GetParam().unmet);
  const auto skipped = pawl({"run", unmet.string(), "--yes"});
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(unmet), "select group_concat(outcome) from job"),
            "skipped")
      << skipped.errors;
  EXPECT_EQ(stands_there(), before);
  expect_no_limit_exceeded();
}

TEST_P(shipped_profiles, GoOnAfterAKill) {
  sandbox_.configure(R"({"delay":"50ms"})");  // so that something is under way
  auto killed = workspace_.start(command({"run", input_.string(), "--yes", "--concurrency", "1"}));
  ASSERT_TRUE(wait_until([this] { return sandbox_.totals().at("applied").to_number<int>() > 0; }))
      << killed.errors();
  killed.kill();
  sandbox_.configure(R"({"delay":"0"})");
  const auto run = pawl({"run", input_.string(), "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto ledger = pawl_workspace::ledger_of(input_);
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"),
            std::to_string(GetParam().writes));
  const auto verify = pawl({"verify", ledger.string()});
  EXPECT_EQ(verify.exit_code, 0) << verify.errors;
  expect_no_limit_exceeded();
}

INSTANTIATE_TEST_SUITE_P(
    All, shipped_profiles,
    ::testing::Values(
        shipped{"github-issues",
                "github",
                "",
                {"owner=octo", "repo=hello"},
                "id,state,labels\n1,closed,bug;p1\n2,closed,\n3,open,a;b\n4,closed,bug\n",
                4,
                "id,title,expect.state\n1,X,closed\n"},
        shipped{"zendesk-tickets",
                "zendesk",
                "/api/v2",
                {"site=acme", "email=a@b.c"},
                "id,status,tags,subject\n1,pending,bug;p1,\n2,solved,,\n3,open,a;b,New\n4,hold,x,\n",
                4,
                "id,subject,expect.status\n1,X,pending\n"},
        shipped{"hubspot-contacts",
                "hubspot",
                "",
                {"version=v3"},
                "id,email,firstname,my_prop\n1,a@b.c,Ann,x\n2,,Bob,y\n3,c@d.e,null,\n",
                3,
                "id,firstname,expect.email\n1,X,nobody@x.y\n"},
        shipped{"jira-issues",
                "jira",
                "/rest/api/3",
                {"site=acme", "email=a@b.c"},
                "id,summary,labels,priority\n10001,Hello,bug;p1,High\n10002,,,Low\n10003,X,a,\n",
                3,
                "id,summary,expect.summary\n10001,X,Some other\n"},
        shipped{"intercom-contacts",
                "intercom",
                "",
                {},
                "id,name,signed_up_at,custom_attributes.plan\n6762f09a1bb69f9f2193bb01,Ann,2026-01-02T03:04:"
                "05Z,\n"
                "6762f09a1bb69f9f2193bb02,null,,1\n",
                2,
                "id,name,expect.name\n6762f09a1bb69f9f2193bb01,X,Somebody else\n"},
        shipped{"redmine-issues",
                "redmine",
                "",
                {},
                "id,subject,status_id,due_date,description\n1,Hello,2,2026-01-05,\"One\nTwo\"\n2,,3,null,"
                "null\n3,X,1,,\n",
                3,
                "id,subject,expect.subject\n1,X,Some other\n"},
        shipped{"rt-tickets",
                "rt",
                "/REST/2.0",
                {},
                "id,Subject,Priority,Queue\n1,Hello,5,3\n2,Two,,\n3,null,9,\n",
                3,
                "id,Subject,expect.Subject\n1,X,Some other\n"}),
    [](const auto& one) {
      std::string name = one.param.api;
      return name;
    });

// A 2xx of an API that changed nothing, because the key has not the right, is no success.
struct powerless {
  const char* profile;
  const char* api;
  const char* base_path;
  std::vector<std::string> variables;
  const char* rights;  // of the key: a JSON list
  const char* rows;    // CSV, each of which the API drops
  std::size_t count;
};

class keys_without_right : public ::testing::TestWithParam<powerless> {};

TEST_P(keys_without_right, EndAsMismatch) {
  const auto& p = GetParam();
  const pawl_workspace workspace;
  const auto key = workspace.input("key", "test-key-0123456789\n");
  const auto input = workspace.input("jobs.csv", p.rows);
  const sandbox_process sandbox{
      {"--api", p.api, "--key", "test-key-0123456789", "--seed-from", input.string()}};
  sandbox.configure(std::string{R"({"keys":{"test-key-0123456789":)"} + p.rights + "}}");
  const auto before = sandbox.truth().at("resources");
  std::vector<std::string> arguments{"run",
                                     input.string(),
                                     "--yes",
                                     "--profile",
                                     p.profile,
                                     "--base-url",
                                     "https://localhost:" + std::to_string(sandbox.port()) + p.base_path,
                                     "--ca-file",
                                     sandbox.ca_file(),
                                     "--token-file",
                                     key.string()};
  for (const auto& v : p.variables) arguments.insert(arguments.end(), {"-o", "vars." + v});
  const auto run = workspace.run(std::move(arguments), std::chrono::seconds{60});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_EQ(
      sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from job where outcome = 'mismatch'"),
      std::to_string(p.count));
  const auto after = sandbox.truth().at("resources").as_object();
  for (const auto& [id, resource] : before.as_object())
    EXPECT_EQ(after.at(id).at("fields"), resource.at("fields")) << id;
}

INSTANTIATE_TEST_SUITE_P(
    All, keys_without_right,
    ::testing::Values(powerless{"github-issues",
                                "github",
                                "",
                                {"owner=octo", "repo=hello"},
                                "[]",
                                "id,labels,milestone\n1,P1,\n2,,7\n3,P2,8\n",
                                3},
                      powerless{"redmine-issues",
                                "redmine",
                                "",
                                {},
                                R"(["add_issue_notes"])",
                                "id,subject,description,due_date\n1,X,,\n2,,\"One\nTwo\",\n3,,,2031-01-05\n",
                                3},
                      powerless{"rt-tickets",
                                "rt",
                                "/REST/2.0",
                                {},
                                R"(["ShowTicket"])",
                                "id,Subject,Priority,Queue\n1,X,,\n2,,777,\n3,,,3\n",
                                3}),
    [](const auto& one) {
      std::string name = one.param.api;
      return name;
    });

}  // namespace
}  // namespace pawl::test
