#include "tests/sandbox/vendor_fixture.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

struct redmine_fixture : vendor_fixture {
  explicit redmine_fixture(std::uint64_t resources = 5) : vendor_fixture("redmine", "", resources) {
    sent["X-Redmine-API-Key"] = "k";
  }
  json::value issue(const std::string& id) { return get("/issues/" + id + ".json").json().at("issue"); }
  answer put(const std::string& id, std::string_view body, header_list further = {}) {
    return send("PUT", "/issues/" + id + ".json", body, std::move(further));
  }
};

TEST(Redmine, AWriteIs204AndTheReadShowsIt) {
  redmine_fixture f;
  const auto a = f.put("1", R"({"issue":{"subject":"new","status_id":2,"assigned_to_id":7,
                                "custom_fields":[{"id":1,"value":"pro"},{"id":3,"value":["EU","US"]}]}})");
  EXPECT_EQ(a.status, 204);
  EXPECT_EQ(a.body, "");
  const json::value now = f.issue("1");
  EXPECT_EQ(now.at("id"), 1);
  EXPECT_EQ(now.at("subject"), "new");
  EXPECT_EQ(now.at("status").at("id"), 2);
  EXPECT_EQ(now.at("assigned_to").at("id"), 7);
  EXPECT_EQ(now.at("custom_fields").at(0).at("value"), "pro");
  EXPECT_EQ(json::serialize(now.at("custom_fields").at(2).at("value")), R"(["EU","US"])");
  EXPECT_EQ(f.put("1", R"({"issue":{"assigned_to_id":""}})").status, 204);
  EXPECT_FALSE(f.issue("1").as_object().contains("assigned_to")) << "what is not set is left out";
}

TEST(Redmine, EndsTheLinesOfADescriptionAsTheWebDoes) {
  redmine_fixture f;
  f.put("1", R"({"issue":{"description":"a\nb\r\nc\rd\n"}})");
  EXPECT_EQ(f.issue("1").at("description"), "a\r\nb\r\nc\r\nd\r\n");
}

TEST(Redmine, MovesTheTimeOfTheLastChangeAlsoWhereNothingChanged) {
  redmine_fixture f;
  const json::value before = f.issue("1").at("updated_on");
  f.put("1", R"({"issue":{"nonsense":1}})");
  EXPECT_NE(f.issue("1").at("updated_on"), before);
}

TEST(Redmine, DropsWhatItDoesNotKnowOrMayNotSetWithoutAWord) {
  redmine_fixture f;
  const json::value before = f.of("1").at("fields");
  for (const char* body : {R"({"issue":{"subjekt":"x"}})", R"({"issue":{"status_id":77}})",
                           R"({"subject":"x"})", R"({"issue":{"custom_fields":[{"id":99,"value":"x"}]}})"}) {
    EXPECT_EQ(f.put("1", body).status, 204) << body;
    EXPECT_EQ(f.of("1").at("fields"), before) << body;
  }
  f.configure(R"({"keys":{"notes":["add_issue_notes"],"none":[]}})");
  EXPECT_EQ(f.put("1", R"({"issue":{"subject":"x"}})", {{"X-Redmine-API-Key", "notes"}}).status, 204);
  EXPECT_EQ(f.of("1").at("fields"), before);
  EXPECT_EQ(f.put("1", R"({"issue":{"subject":"x"}})", {{"X-Redmine-API-Key", "none"}}).status, 403);
  EXPECT_EQ(f.put("1", R"({"issue":{"subject":"x"}})", {{"Content-Type", "text/plain"}}).status, 204);
  EXPECT_EQ(f.of("1").at("changed"), 0);
}

TEST(Redmine, RefusesWithAListOfErrors) {
  redmine_fixture f;
  const auto a = f.put("1", R"({"issue":{"subject":" ","assigned_to_id":77}})");
  EXPECT_EQ(a.status, 422);
  EXPECT_EQ(a.body, R"({"errors":["Assignee is invalid","Subject cannot be blank"]})");
  EXPECT_EQ(f.put("1", R"({"issue":{"start_date":"2027-02-01","due_date":"2027-01-31"}})").body,
            R"({"errors":["Due date must be greater than start date"]})");
  EXPECT_EQ(f.put("1", "{").status, 400);
  EXPECT_EQ(f.put("9", "{}").status, 404);
  EXPECT_EQ(f.get("/issues/1").status, 404) << "without .json";
}

TEST(Redmine, TakesTheKeyFromHeaderBasicOrQuery) {
  redmine_fixture f;
  EXPECT_EQ(f.get("/users/current.json").json().at("user").at("login"), "admin");
  f.sent.erase("X-Redmine-API-Key");
  EXPECT_EQ(f.get("/users/current.json").status, 401);
  EXPECT_EQ(f.get("/users/current.json").headers.at("WWW-Authenticate"), "Basic realm=\"Redmine API\"");
  EXPECT_EQ(f.get("/users/current.json?key=k").status, 200);
  f.sent["Authorization"] = "Basic azp4";  // k:x
  EXPECT_EQ(f.get("/users/current.json").status, 200);
}

TEST(Redmine, ListsByOffsetWithATotal) {
  redmine_fixture f{60};
  std::size_t seen = 0;
  for (int offset : {0, 25, 50, 75}) {
    const json::value page = f.get("/issues.json?status_id=*&offset=" + std::to_string(offset)).json();
    EXPECT_EQ(page.at("total_count"), 60);
    EXPECT_EQ(page.at("limit"), 25);
    seen += page.at("issues").as_array().size();
  }
  EXPECT_EQ(seen, 60u);
  EXPECT_EQ(f.get("/issues.json?status_id=*&issue_id=3,5&limit=500").json().at("issues").at(0).at("id"), 5);
  EXPECT_LT(f.get("/issues.json?limit=100").json().at("total_count").as_int64(), 60) << "only open ones";
}

TEST(Redmine, ANoteIsWrittenTwiceIfItIsSentTwice) {
  redmine_fixture f;
  f.configure(R"({"script":{"1":["drop-after"]}})");
  for (int i = 0; i < 2; ++i) f.put("1", R"({"issue":{"notes":"hello"}})");
  EXPECT_EQ(f.of("1").at("fields").at("notes").as_array().size(), 2u);
  EXPECT_EQ(f.truth().at("totals").at("notices"), 2);
}

TEST(Redmine, ALieIs204AndNothingChanged) {
  redmine_fixture f;
  f.configure(R"({"script":{"1":["lying"]}})");
  EXPECT_EQ(f.put("1", R"({"issue":{"subject":"x"}})").status, 204);
  EXPECT_EQ(f.of("1").at("applied"), 0);
}

}  // namespace
}  // namespace sandbox
