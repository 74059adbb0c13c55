#include "tests/sandbox/vendor_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

using ::testing::HasSubstr;

struct jira_fixture : vendor_fixture {
  // a@b.c:k
  explicit jira_fixture(std::uint64_t resources = 5, limited limits = limited::no)
      : vendor_fixture("jira", "Basic YUBiLmM6aw==", resources, limits) {}
  answer put(const std::string& id, std::string_view body, const std::string& query = "") {
    return send("PUT", "/rest/api/3/issue/" + id + query, body);
  }
  json::value fields(const std::string& id) { return get("/rest/api/3/issue/" + id).json().at("fields"); }
};

TEST(Jira, AWriteIs204UnlessTheIssueIsAskedFor) {
  jira_fixture f;
  const auto silent = f.put("10001", R"({"fields":{"summary":"new","priority":{"name":"High"}}})");
  EXPECT_EQ(silent.status, 204);
  const auto told = f.put("PROJ-1", R"({"fields":{"assignee":{"accountId":"abc"}}})", "?returnIssue=true");
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(told.json().at("id"), "10001");
  EXPECT_EQ(told.json().at("fields").at("summary"), "new");
  EXPECT_EQ(told.json().at("fields").at("priority").at("id"), "2");
  EXPECT_EQ(told.json().at("fields").at("assignee").at("accountId"), "abc");
  EXPECT_EQ(f.put("10001", R"({"fields":{"assignee":null}})").status, 204);
  EXPECT_EQ(f.fields("10001").at("assignee"), nullptr);
  const json::value some = f.get("/rest/api/3/issue/10001?fields=summary,updated").json();
  EXPECT_EQ(some.at("fields").as_object().size(), 2u);
  EXPECT_THAT(std::string{some.at("fields").at("updated").as_string()}, HasSubstr("+0000"));
}

TEST(Jira, LabelsAreSetOrEdited) {
  jira_fixture f;
  f.put("10001", R"({"fields":{"labels":["a","b"]}})");
  EXPECT_EQ(f.put("10001", R"({"update":{"labels":[{"add":"c"},{"remove":"a"}]}})").status, 204);
  EXPECT_EQ(json::serialize(f.fields("10001").at("labels")), R"(["b","c"])");
  EXPECT_EQ(f.put("10001", R"({"fields":{"labels":[]},"update":{"labels":[{"add":"x"}]}})").status, 400);
}

TEST(Jira, RefusesFieldByField) {
  jira_fixture f;
  const auto a = f.put(
      "10001", R"({"fields":{"summary":"","description":"text","status":{"name":"Done"},"labels":["a b"],
                                    "duedate":"soon","priority":"High"}})");
  EXPECT_EQ(a.status, 400);
  const json::value errors = a.json().at("errors");
  EXPECT_EQ(errors.as_object().size(), 6u);
  EXPECT_THAT(std::string{errors.at("description").as_string()}, HasSubstr("Atlassian Document"));
  EXPECT_THAT(std::string{errors.at("status").as_string()}, HasSubstr("cannot be set"));
  EXPECT_EQ(f.put("10001", R"({"fields":{"description":{"type":"doc","version":1,"content":[]}}})").status,
            204);
  EXPECT_EQ(f.put("99", "{}").status, 404);
  EXPECT_EQ(f.put("10001", "{").status, 400);
  f.edit("10002", R"({"locked":true})");
  EXPECT_EQ(f.put("10002", R"({"fields":{"summary":"x"}})").status, 409);
}

TEST(Jira, AMovedIssueAnswersUnderItsNewKey) {
  jira_fixture f;
  f.edit("10001", R"({"moved_to":"OTHER-7"})");
  for (const char* name : {"10001", "PROJ-1", "OTHER-7"}) {
    const json::value now = f.get(std::string{"/rest/api/3/issue/"} + name).json();
    EXPECT_EQ(now.at("key"), "OTHER-7") << name;
    EXPECT_EQ(now.at("id"), "10001") << name;
  }
}

TEST(Jira, FetchesManyAscendingAndTellsWhatIsMissing) {
  jira_fixture f;
  const json::value many = f.send("POST", "/rest/api/3/issue/bulkfetch",
                                  R"({"issueIdsOrKeys":["PROJ-3","10001","77"],"fields":["summary"]})")
                               .json();
  EXPECT_EQ(many.at("issues").at(0).at("id"), "10001");
  EXPECT_EQ(many.at("issues").at(1).at("id"), "10003");
  EXPECT_EQ(many.at("issues").at(1).at("fields").as_object().size(), 1u);
  EXPECT_EQ(many.at("issueErrors").at(0).at("id"), "77");
  EXPECT_EQ(f.truth().at("totals").at("reads"), 1);
}

TEST(Jira, SearchGoesByTokenAndShowsIdsUnlessFieldsAreNamed) {
  jira_fixture f{5};
  const json::value first = f.get("/rest/api/3/search/jql?jql=project%3DPROJ&maxResults=3").json();
  EXPECT_EQ(first.at("issues").at(0).as_object().size(), 1u);
  EXPECT_EQ(first.at("isLast"), false);
  const json::value last = f.send("POST", "/rest/api/3/search/jql",
                                  R"({"jql":"","fields":["summary"],"nextPageToken":")" +
                                      std::string{first.at("nextPageToken").as_string()} + "\"}")
                               .json();
  EXPECT_EQ(last.at("issues").as_array().size(), 2u);
  EXPECT_EQ(last.at("isLast"), true);
  EXPECT_EQ(last.at("issues").at(0).at("fields").at("summary"), "Issue 10004");
}

TEST(Jira, EachThrottleShutsAnotherGate) {
  jira_fixture f{60, vendor_fixture::limited::as_the_api};
  for (int i = 0; i < 20; ++i) ASSERT_EQ(f.put("10001", R"({"fields":{"summary":"x"}})").status, 204);
  const auto each = f.put("10001", R"({"fields":{"summary":"x"}})");
  EXPECT_EQ(each.status, 429);
  EXPECT_EQ(each.headers.at("RateLimit-Reason"), "jira-per-issue-on-write");
  EXPECT_EQ(each.headers.at("Retry-After"), "2");
  for (int i = 0; i < 30; ++i)
    ASSERT_EQ(f.put(std::to_string(10002 + i), R"({"fields":{"summary":"x"}})").status, 204);
  const auto burst = f.put("10050", R"({"fields":{"summary":"x"}})");
  EXPECT_EQ(burst.headers.at("RateLimit-Reason"), "jira-burst-based");
  EXPECT_THAT(burst.headers.at("X-RateLimit-Reset"), HasSubstr("T"));
  EXPECT_FALSE(f.get("/rest/api/3/issue/10001").headers.contains("X-RateLimit-Reset"));
}

TEST(Jira, OnlyAnAdminWritesInSilence) {
  jira_fixture f;
  f.put("10001", R"({"fields":{"summary":"a"}})", "?notifyUsers=false");
  EXPECT_EQ(f.truth().at("totals").at("notices"), 0);
  f.configure(R"({"keys":{"k":["write"]}})");
  f.put("10001", R"({"fields":{"summary":"b"}})", "?notifyUsers=false");
  EXPECT_EQ(f.truth().at("totals").at("notices"), 1);
  f.configure(R"({"keys":{"k":[]}})");
  EXPECT_EQ(f.put("10001", "{}").status, 403);
}

}  // namespace
}  // namespace sandbox
