// `--match FIELD`: rows name their resources by a value that people know, and each is looked up before the
// first write.
#include "tests/cli/job_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The list finds parts of words in any case, two a page.
constexpr const char* api = R"({
  "example": { "email": "user{n}@example.com", "title": "Item {n}" },
  "list": { "style": "cursor", "filter": "contains", "reply": { "items": "{items}", "next": "{next}" } }
})";
constexpr const char* profile = R"(
name = "people"
base_url = "https://people.example"
read_first = true
[resource]
path = "/items/{id}"
[auth]
token_env = "PEOPLE_KEY"
scheme = "Bearer"
[limits]
write = "unlimited"
read = "unlimited"
[whoami]
path = "/me"
account = "id"
[error]
code = "error.code"
message = "error.message"
[list]
path = "/items"
query = { limit = "2", cursor = "{cursor}" }
limit = 2
items = "items"
cursor = "next"
filters = { email = "email" }
[fields.email]
type = "string"
[fields.title]
type = "string"
)";

std::string user(int n) {
  return "user" + std::to_string(n) + "@example.com";
}

class match : public ::testing::Test {
 protected:
  std::vector<std::string> words(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--base-url", "https://localhost:" + std::to_string(sandbox_.port()),
                                       "--profile", profile_.string()});
    if (arguments.front() != "verify") arguments.insert(arguments.end(), {"--match", "email"});
    return arguments;
  }
  child_result pawl(std::vector<std::string> arguments) const {
    return workspace_.run(words(std::move(arguments)));
  }
  // Requests with this method whose path has this part.
  std::size_t requests(std::string_view method, std::string_view part = {}) const {
    std::size_t count = 0;
    for (const auto& line : sandbox_.journal())
      count += line.at("method").as_string() == method &&
               std::string_view{line.at("path").as_string()}.find(part) != std::string_view::npos;
    return count;
  }
  std::size_t look_ups() const { return requests("GET", "email="); }
  std::string title(int n) const {
    return sandbox_.resource("item-" + std::to_string(n)).at("fields").at("title").as_string().c_str();
  }
  void set_email(int n, const std::string& email) const {
    sandbox_.edit_resource("item-" + std::to_string(n), R"({"set":{"email":")" + email + "\"}}");
  }

  pawl_workspace without_;
  std::filesystem::path api_ = without_.input("api.json", api);
  sandbox_process sandbox_{
      {"--api", "generic", "--api-file", api_.string(), "--threads", "300", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::filesystem::path profile_ = workspace_.input("people.toml", profile);
};

TEST_F(match, StrangersAndDoublesAreListedAndNothingIsSentOrTheyAreSkipped) {
  // 5 doubles, 6 strangers, and one whose address is a part of another's.
  for (int n = 1; n <= 5; ++n) set_email(295 + n, user(n));
  set_email(294, "super" + user(10));
  std::string csv = "email,title\n";
  for (int n = 1; n <= 293; ++n) csv += user(n) + ",new\n";
  for (int n = 1; n <= 6; ++n) csv += "stranger" + std::to_string(n) + "@example.com,new\n";
  const auto input = workspace_.input("jobs.csv", csv);
  const auto run = pawl({"run", input.string(), "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 2) << run.errors;
  for (int n = 1; n <= 6; ++n)
    EXPECT_THAT(run.errors, HasSubstr("jobs.csv:" + std::to_string(294 + n) +
                                      ": email: no resource has it (got \"stranger" + std::to_string(n)));
  EXPECT_THAT(run.errors, HasSubstr("jobs.csv:2: email: several resources have it, among them \"item-1\" and "
                                    "\"item-296\" (got \"user1@example.com\")"));
  EXPECT_THAT(run.errors, HasSubstr("jobs.csv:6: email: several"));
  EXPECT_THAT(run.errors, Not(HasSubstr("user10@")));
  EXPECT_THAT(
      run.errors,
      HasSubstr("by email, 6 rows match no resource, and 5 rows match several; nothing was sent; mend "
                "them, or leave them out with --skip-unmatched"));
  EXPECT_EQ(requests("PATCH"), 0u);

  const auto skipped = pawl({"run", input.string(), "--skip-unmatched", "--summary", "s.json"});
  EXPECT_EQ(skipped.exit_code, 1) << skipped.errors;
  const auto summary = read_summary(workspace_.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 288);
  EXPECT_EQ(number(summary, "invalid"), 11);
  EXPECT_EQ(number(summary, "generation"), 1 + 1) << "the first one was withdrawn";
  EXPECT_EQ(requests("PATCH"), 288u);
  EXPECT_EQ(title(10), "new");
  EXPECT_EQ(title(294), "Item 294");
  EXPECT_EQ(title(1), "Item 1");
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger,
                         "select group_concat(n) from (select error_code || ' ' || count(*) as n from job "
                         "where outcome = 'invalid' group by error_code)"),
            "ambiguous 5,unmatched 6");
  EXPECT_EQ(sqlite_value(ledger, "select id from job where row = 10 and generation = 2"), "item-10");
  const auto mend = workspace_.run({"export", ledger.string(), "--outcome", "invalid", "--with-input"});
  EXPECT_THAT(mend.output, HasSubstr("stranger6@example.com"));
  const auto verify = pawl({"verify", ledger.string()});
  EXPECT_THAT(verify.errors, HasSubstr("288 resources looked at: 288 as written"));
  const auto sound = workspace_.run({"check-ledger", ledger.string()});
  EXPECT_EQ(sound.exit_code, 0) << sound.output;
}

TEST_F(match, EachListIsCutAfterTwentyLines) {
  std::string csv = "email,title\n";
  for (int n = 1; n <= 25; ++n) csv += "s" + std::to_string(n) + "@x,new\n";
  set_email(2, user(1));
  for (int n = 1; n <= 23; ++n) csv += user(1) + ",new\n";
  const auto run = pawl({"run", workspace_.input("jobs.csv", csv).string()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors, HasSubstr("jobs.csv: 5 more rows that match no resource"));
  EXPECT_THAT(run.errors, HasSubstr("jobs.csv: 3 more rows that match several resources"));
  EXPECT_THAT(run.errors, Not(HasSubstr("s21@x")));
  EXPECT_EQ(requests("GET", "email=user1"), 1u) << "one value, one look-up, whatever the rows";
}

TEST_F(match, RowsOfOneResourceKeepTheirOrder) {
  const auto input =
      workspace_.input("jobs.ndjson", R"({"email":"user3@example.com","title":"first"})"
                                      "\n"
                                      R"({"email":"user4@example.com","title":"other"})"
                                      "\n"
                                      R"({"email":"user3@example.com","patch":{"title":"second"}})"
                                      "\n");
  const auto run = pawl({"run", input.string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(title(3), "second");
  EXPECT_EQ(title(4), "other");
  EXPECT_EQ(look_ups(), 2u);
  const auto undo =
      workspace_.run({"undo", pawl_workspace::ledger_of(input).string(), "--profile", profile_.string()});
  EXPECT_THAT(undo.output, HasSubstr(R"({"id":"item-3","patch":{"title":"Item 3"})"));
}

TEST_F(match, AResumeTakesTheIdsThatWereFoundAtFirst) {
  std::string csv = "email,title\n";
  for (int n = 1; n <= 30; ++n) csv += user(n) + ",new\n";
  const auto input = workspace_.input("jobs.csv", csv).string();
  EXPECT_EQ(pawl({"run", input, "--limit", "5"}).exit_code, 3);
  const auto before = look_ups();
  EXPECT_EQ(before, 30u) << "all rows are looked up before the first write";
  set_email(20, "moved@example.com");
  set_email(200, user(20));
  set_email(201, user(21));
  const auto plan = pawl({"plan", input});
  EXPECT_EQ(plan.exit_code, 0) << plan.output << plan.errors;
  EXPECT_EQ(pawl({"run", input}).exit_code, 0);
  EXPECT_EQ(look_ups(), before);
  EXPECT_EQ(title(20), "new");
  EXPECT_EQ(title(200), "Item 200");
  EXPECT_EQ(title(21), "new");
  const auto other = workspace_.run({"run", input, "--id-column", "email", "--base-url",
                                     "https://localhost:" + std::to_string(sandbox_.port()), "--profile",
                                     profile_.string(), "--limit", "1"});
  EXPECT_EQ(other.exit_code, 3) << "another input, as it is read in another way" << other.errors;
}

TEST_F(match, ALookUpThatWasStoppedGoesOn) {
  std::string csv = "email,title\n";
  for (int n = 1; n <= 290; ++n) csv += user(n) + ",new\n";
  const auto input = workspace_.input("jobs.csv", csv).string();
  sandbox_.configure(R"({"delay":"15ms"})");
  auto first = workspace_.start(words({"run", input, "--concurrency", "2"}));
  ASSERT_TRUE(wait_until([this] { return look_ups() >= 40; }));
  first.signal(SIGTERM);
  EXPECT_EQ(first.wait(std::chrono::seconds{30}).code, 143);
  EXPECT_EQ(requests("PATCH"), 0u);
  const auto before = look_ups();
  EXPECT_LT(before, 290u);
  sandbox_.configure(R"({"delay":"0ms"})");
  const auto second = pawl({"run", input});
  EXPECT_EQ(second.exit_code, 0) << second.errors;
  EXPECT_LE(look_ups(), 290u + 2u) << "only those in flight are asked for again";
  EXPECT_EQ(requests("PATCH"), 290u);
}

TEST_F(match, PlanLooksUpAndWritesIds) {
  const auto input =
      workspace_.input("jobs.csv", "email,title\n" + user(7) + ",new\n" + user(8) + ",Item 8\nx@y,new\n");
  const auto check = pawl({"check", input.string()});
  EXPECT_EQ(check.exit_code, 0) << check.errors;
  EXPECT_THAT(check.output,
              HasSubstr("matched by: email; which resources have these values is looked up when it runs"));
  EXPECT_EQ(look_ups(), 0u);
  EXPECT_EQ(pawl({"plan", input.string()}).exit_code, 2);
  const auto plan = pawl({"plan", input.string(), "--skip-unmatched", "--out", "todo.ndjson"});
  EXPECT_EQ(plan.exit_code, 1) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("matched by: email, looked up with 3 reads"));
  EXPECT_THAT(plan.output, HasSubstr("title: Item 7 -> new"));
  EXPECT_THAT(read_file(workspace_.files() / "todo.ndjson"), HasSubstr(R"({"id":"item-7",)"));
  EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(input)));
  EXPECT_EQ(requests("PATCH"), 0u);
}

TEST_F(match, SaysWhatCannotBe) {
  const auto input = workspace_.input("jobs.csv", "id,email,title\nitem-1,a@x,new\n").string();
  const auto both = pawl({"run", input});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.errors,
              HasSubstr("column \"id\" is the id, and rows name their resources by email: drop it with "
                        "--ignore-column id, or leave out --match email"));
  auto by_title = words({"run", input});
  by_title.back() = "title";
  const auto none = workspace_.run(by_title);
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(
      none.errors,
      HasSubstr("--match: the profile people does not say how a resource is found by \"title\"; match "
                "by one of email, or describe it as [match.title]"));
  const auto rehearsed = workspace_.run({"rehearse", input, "--match", "email"});
  EXPECT_EQ(rehearsed.exit_code, 2);
  EXPECT_THAT(rehearsed.errors, HasSubstr("--match: the model answers no look-ups"));
  EXPECT_EQ(requests("GET", "email="), 0u);
}

struct vendor {
  const char *profile, *api, *field, *rows;
  std::vector<std::string> variables, ids;
};
std::ostream& operator<<(std::ostream& to, const vendor& v) {
  return to << v.profile;
}
class match_at_vendors : public ::testing::TestWithParam<vendor> {};

// By what the vendors offer: a read by a property, a search, a filter.
TEST_P(match_at_vendors, FindsWhatTheVendorFinds) {
  const auto& v = GetParam();
  const sandbox_process sandbox{{"--api", v.api, "--key", "test-key-0123456789", "--threads", "20"}};
  const pawl_workspace workspace{sandbox};
  const auto key = workspace.input("key", "test-key-0123456789\n").string();
  const std::string base = std::string{v.api} == "zendesk" ? "/api/v2" : "";
  if (base == "/api/v2") sandbox.edit_resource("5", R"({"set":{"external_id":"ext-5"}})");
  const auto input = workspace.input("jobs.csv", v.rows);
  std::vector<std::string> command{"run",
                                   input.string(),
                                   "--match",
                                   v.field,
                                   "--skip-unmatched",
                                   "--profile",
                                   v.profile,
                                   "--base-url",
                                   "https://localhost:" + std::to_string(sandbox.port()) + base,
                                   "--token-file",
                                   key};
  for (const auto& variable : v.variables) command.insert(command.end(), {"-o", "vars." + variable});
  const auto run = workspace.run(command);
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  std::string ids;
  for (const auto& id : v.ids) ids += (ids.empty() ? "" : ",") + id;
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(id) from job where outcome = 'applied'"), ids)
      << run.errors;
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(error_code) from job where outcome = 'invalid'"),
            "unmatched");
}

INSTANTIATE_TEST_SUITE_P(
    All, match_at_vendors,
    ::testing::Values(vendor{"hubspot-contacts",
                             "hubspot",
                             "email",
                             "email,firstname\nperson3@example.com,Grace\nnobody@example.com,No\n",
                             {"version=v3"},
                             {"3"}},
                      vendor{"intercom-contacts",
                             "intercom",
                             "email",
                             "email,name\nPERSON4@example.com,Grace\nnobody@example.com,No\n",
                             {},
                             {"6762f0dd0000000000000004"}},
                      vendor{"intercom-contacts",
                             "intercom",
                             "external_id",
                             "external_id,name\next-6,Grace\next-66,No\n",
                             {},
                             {"6762f0dd0000000000000006"}},
                      vendor{"zendesk-tickets",
                             "zendesk",
                             "external_id",
                             "external_id,subject\next-5,Grace\next-66,No\n",
                             {"site=example", "email=a@example.com"},
                             {"5"}}),
    [](const auto& test) {
      std::string name = std::string{test.param.profile} + "_" + test.param.field;
      for (char& c : name)
        if (c == '-') c = '_';
      return name;
    });

}  // namespace
}  // namespace pawl::test
