#include "tests/sandbox/vendor_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

using ::testing::HasSubstr;
constexpr const char* issues = "/repos/octo/hello/issues";

std::string issue(const char* id) {
  return std::string{issues} + '/' + id;
}

struct github_fixture : vendor_fixture {
  explicit github_fixture(std::uint64_t resources = 5, limited limits = limited::no,
                          vendor_options options = {})
      : vendor_fixture("github", "Bearer k", resources, limits, options) {}
};

TEST(GitHub, LabelsAndAssigneesReplaceAndTheRestStays) {
  github_fixture f;
  const json::value before = f.get(issue("1")).json();
  const auto a =
      f.send("PATCH", issue("1"), R"({"labels":["Bug","new one","NEW ONE"],"assignees":["hubot"]})");
  ASSERT_EQ(a.status, 200);
  const json::value after = a.json();
  EXPECT_EQ(after.at("number"), 1);
  EXPECT_NE(after.at("id"), 1) << "the id of the reply is not the number of the path";
  ASSERT_EQ(after.at("labels").as_array().size(), 2u);
  EXPECT_EQ(after.at("labels").at(0).at("name"), "bug") << "as the repository writes it";
  EXPECT_EQ(after.at("labels").at(1).at("name"), "new one");
  EXPECT_EQ(after.at("assignees").at(0).at("login"), "hubot");
  EXPECT_EQ(after.at("title"), before.at("title"));
  EXPECT_EQ(f.send("PATCH", issue("1"), R"({"labels":[]})").json().at("labels").as_array().size(), 0u);
  EXPECT_EQ(f.of("1").at("applied"), 2);
}

TEST(GitHub, WithoutPushLabelsAreDroppedInSilence) {
  github_fixture f;
  f.configure(R"({"keys":{"weak":[]}})");
  const json::value before = f.of("1").at("fields");
  const auto a = f.send("PATCH", issue("1"), R"({"title":"t","labels":["x"],"assignees":[],"milestone":3})",
                        {{"Authorization", "token weak"}});
  EXPECT_EQ(a.status, 200);
  const json::value after = f.of("1").at("fields");
  EXPECT_EQ(after.at("title"), "t");
  for (const char* kept : {"labels", "assignees", "milestone"})
    EXPECT_EQ(after.at(kept), before.at(kept)) << kept;
}

TEST(GitHub, StateReasonCountsOnlyWhereTheStateChanges) {
  github_fixture f;
  f.edit("1", R"({"set":{"state":"open","state_reason":null}})");
  const auto reason = [&](const char* body) {
    return f.send("PATCH", issue("1"), body).json().at("state_reason");
  };
  EXPECT_EQ(reason(R"({"state_reason":"not_planned"})"), nullptr);
  EXPECT_EQ(reason(R"({"state":"closed","state_reason":"not_planned"})"), "not_planned");
  EXPECT_EQ(reason(R"({"state":"closed","state_reason":"completed"})"), "not_planned");
  EXPECT_EQ(reason(R"({"state":"open"})"), "reopened");
}

TEST(GitHub, RefusesInItsOwnWords) {
  struct refusal {
    const char *method, *target, *body;
    int status;
    const char* text;
  };
  github_fixture f;
  for (const refusal& r : {
           refusal{"PATCH", "/1", R"({"title":""})", 422, R"("field":"title","code":"missing_field")"},
           refusal{"PATCH", "/1", R"({"state":"done"})", 422, "Validation Failed"},
           refusal{"PATCH", "/1", R"({"milestone":77})", 422, R"("field":"milestone")"},
           refusal{"PATCH", "/1", R"({"labels":"bug"})", 422, "is not an array"},
           refusal{"PATCH", "/1", R"({"lables":[]})", 422, "not a permitted key"},
           refusal{"PATCH", "/1", "{", 400, "Problems parsing JSON"},
           refusal{"PATCH", "/99", "{}", 404, "Not Found"},
           refusal{"PUT", "/1", "{}", 404, "Not Found"},
       }) {
    const auto a = f.send(r.method, std::string{issues} + r.target, r.body);
    EXPECT_EQ(a.status, r.status) << r.body;
    EXPECT_THAT(a.body, HasSubstr(r.text));
  }
  EXPECT_EQ(f.of("1").at("applied"), 0);
  EXPECT_EQ(f.send("GET", issue("1"), "", {{"Authorization", "Bearer no"}}).json().at("message"),
            "Bad credentials");
  EXPECT_EQ(f.send("PATCH", issue("1"), "{}", {{"If-Match", "x"}}).status, 400);
  EXPECT_EQ(f.send("GET", issue("1"), "", {{"User-Agent", ""}}).status, 403);
}

TEST(GitHub, MovedIs301AndDeletedIs410) {
  github_fixture f;
  f.edit("1", R"({"moved_to":"2"})");
  f.edit("3", R"({"gone":410})");
  const auto moved = f.send("PATCH", issue("1"), R"({"title":"x"})");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.headers.at("Location"), "https://api.example/repositories/1300192/issues/2");
  EXPECT_EQ(f.get("/repositories/1300192/issues/2").json().at("number"), 2);
  EXPECT_EQ(f.get(issue("3")).status, 410);
  EXPECT_EQ(f.get(std::string{issues} + "?state=all").json().as_array().size(), 3u);
}

TEST(GitHub, ListsGoByLink) {
  github_fixture f{7};
  std::vector<std::uint64_t> seen;
  std::string next = std::string{issues} + "?state=all&per_page=3";
  for (int pages = 0; !next.empty() && pages < 5; ++pages) {
    const auto page = f.get(next);
    const json::value shown = page.json();
    for (const auto& one : shown.as_array()) seen.push_back(one.at("number").to_number<std::uint64_t>());
    const auto link = page.headers.find("Link");
    next.clear();
    if (link == page.headers.end()) break;
    const std::size_t end = link->second.find(">; rel=\"next\"");
    if (end == std::string::npos) break;
    const std::size_t begin = link->second.rfind("<", end);
    next = link->second.substr(begin + 1, end - begin - 1).substr(std::string{"https://api.example"}.size());
  }
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(f.get(std::string{issues} + "?state=all&per_page=1000").json().as_array().size(), 7u);
}

TEST(GitHub, ThrottlesByPointsAndByTheHour) {
  github_fixture f{5, vendor_fixture::limited::as_the_api};
  for (int i = 0; i < 180; ++i) ASSERT_EQ(f.send("PATCH", issue("1"), "{}").status, 200) << i;
  const auto secondary = f.send("PATCH", issue("1"), "{}");
  EXPECT_EQ(secondary.status, 429);
  EXPECT_THAT(secondary.body, HasSubstr("secondary rate limit"));
  EXPECT_EQ(secondary.headers.at("Retry-After"), "60");
  EXPECT_EQ(secondary.headers.at("X-RateLimit-Remaining"), "4820");

  f.configure(R"({"limits":{"core":"2/1h","points":"off"}})");
  f.get(issue("1"));
  const auto last = f.get(issue("1"));
  EXPECT_EQ(last.headers.at("X-RateLimit-Reset"), std::to_string((f.now / one_second / 3600 + 1) * 3600));
  const auto primary = f.get(issue("1"));
  EXPECT_EQ(primary.status, 403);
  EXPECT_EQ(primary.headers.at("X-RateLimit-Remaining"), "0");
  EXPECT_FALSE(primary.headers.contains("Retry-After"));
  EXPECT_EQ(f.truth().at("totals").at("exceeded"), 1) << "the limits were set anew";
}

TEST(GitHub, TheTruthKnowsWhichEditsOfPeopleWereOverwrittenUnseen) {
  github_fixture f;
  f.get(issue("1"));
  f.edit("1", R"({"set":{"title":"by hand"}})");
  f.send("PATCH", issue("1"), R"({"body":"other"})");
  EXPECT_EQ(f.of("1").at("overwritten_unseen"), 0) << "another field";
  f.edit("2", R"({"set":{"title":"by hand"}})");
  f.send("PATCH", issue("2"), R"({"title":"by machine"})");
  EXPECT_EQ(f.of("2").at("overwritten_unseen"), 1);
  f.edit("3", R"({"set":{"title":"by hand"}})");
  f.get(issue("3"));
  f.send("PATCH", issue("3"), R"({"title":"by machine"})");
  EXPECT_EQ(f.of("3").at("overwritten_unseen"), 0) << "it was shown before";
}

TEST(GitHub, FaultsLieAsTheyDoElsewhere) {
  github_fixture f;
  f.configure(R"({"script":{"1":["lying","drop-after","wrong-id","foreign/404/html"]}})");
  EXPECT_NE(f.send("PATCH", issue("1"), R"({"title":"a"})").json().at("title"), "a");
  EXPECT_EQ(f.of("1").at("applied"), 0);
  EXPECT_EQ(f.send("PATCH", issue("1"), R"({"title":"b"})").how, delivery::drop);
  EXPECT_EQ(f.send("PATCH", issue("1"), R"({"title":"c"})").json().at("number"), 2);
  EXPECT_EQ(f.send("PATCH", issue("1"), R"({"title":"d"})").status, 404);
  EXPECT_EQ(f.of("1").at("fields").at("title"), "c");
}

}  // namespace
}  // namespace sandbox
