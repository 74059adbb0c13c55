#include "tests/sandbox/vendor_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

using ::testing::HasSubstr;
constexpr const char* contacts = "/crm/v3/objects/contacts";

struct hubspot_fixture : vendor_fixture {
  explicit hubspot_fixture(std::uint64_t resources = 5, limited limits = limited::no,
                           vendor_options options = {})
      : vendor_fixture("hubspot", "Bearer k", resources, limits, options) {}
  answer patch(const std::string& id, const std::string& properties) {
    return send("PATCH", std::string{contacts} + '/' + id, "{\"properties\":" + properties + "}");
  }
  json::value stored(const std::string& id) { return of(id).at("fields"); }
};

TEST(HubSpot, EveryValueIsTextNullIsIgnoredAndEmptyClears) {
  hubspot_fixture f;
  ASSERT_EQ(f.patch("1", R"({"firstname":"Bo","numemployees":12,"hs_email_optout":true})").status, 200);
  EXPECT_EQ(f.stored("1").at("numemployees"), "12");
  EXPECT_EQ(f.stored("1").at("hs_email_optout"), "true");
  EXPECT_EQ(f.patch("1", R"({"firstname":null})").status, 200);
  EXPECT_EQ(f.stored("1").at("firstname"), "Bo");
  EXPECT_EQ(f.patch("1", R"({"firstname":""})").json().at("properties").at("firstname"), "");
  EXPECT_EQ(f.patch("1", R"({"renewal_date":1772323200000})").json().at("properties").at("renewal_date"),
            "2026-03-01");
  f.patch("1", R"({"interests":"api"})");
  EXPECT_EQ(f.patch("1", R"({"interests":";billing"})").json().at("properties").at("interests"),
            "api;billing");
}

TEST(HubSpot, AReadShowsOnlyWhatIsAskedFor) {
  hubspot_fixture f;
  f.patch("1", R"({"plan_name":"pro"})");
  const json::value bare = f.get(std::string{contacts} + "/1").json();
  EXPECT_FALSE(bare.at("properties").as_object().contains("plan_name"));
  const json::value asked = f.get(std::string{contacts} + "/1?properties=plan_name,phone,nothing").json();
  EXPECT_EQ(asked.at("properties").at("plan_name"), "pro");
  EXPECT_EQ(asked.at("properties").at("phone"), nullptr) << "never set";
  EXPECT_FALSE(asked.at("properties").as_object().contains("nothing")) << "unknown names are ignored";
  EXPECT_EQ(asked.at("id"), "1");
  for (const char* twin : {"/crm/objects/2026-03/contacts/1", "/crm/2026-09/objects/contacts/1"})
    EXPECT_EQ(f.get(twin).status, 200) << twin;
  EXPECT_EQ(f.get("/crm/v9/objects/contacts/1").status, 404);
  EXPECT_EQ(f.get(std::string{contacts} + "/person2@example.com?idProperty=email").json().at("id"), "2");
}

TEST(HubSpot, RefusesInItsOwnWords) {
  struct refusal {
    const char* properties;
    int status;
    const char* text;
  };
  vendor_options strict;
  strict.refuse_unknown_ids = true;
  hubspot_fixture f{5, vendor_fixture::limited::no, strict};
  for (const refusal& r : {
           refusal{R"({"hs_object_id":"1"})", 400, "READ_ONLY_VALUE"},
           refusal{R"({"nope":"1"})", 400, "PROPERTY_DOESNT_EXIST"},
           refusal{R"({"email":"x"})", 400, "INVALID_EMAIL"},
           refusal{R"({"lifecyclestage":"x"})", 400, "INVALID_OPTION"},
           refusal{R"({"hs_email_optout":"yes"})", 400, "INVALID_OPTION"},
           refusal{R"({"renewal_date":"x"})", 400, "INVALID_DATE"},
           refusal{R"({"email":"person2@example.com"})", 409, "Existing ID: 2"},
       }) {
    const auto a = f.patch("1", r.properties);
    EXPECT_EQ(a.status, r.status) << r.properties;
    EXPECT_THAT(a.body, HasSubstr(r.text));
    EXPECT_THAT(a.body, HasSubstr("correlationId"));
  }
  EXPECT_EQ(f.patch("77", R"({"firstname":"x"})").json().at("category"), "OBJECT_NOT_FOUND");
  f.edit("1", R"({"locked":true})");
  EXPECT_EQ(f.patch("1", R"({"firstname":"x"})").status, 423);
  f.configure(R"({"force_status":{"status":477,"message":"The account moves","retry_after":20,"times":1}})");
  const auto moving = f.patch("2", R"({"firstname":"x"})");
  EXPECT_EQ(moving.status, 477);
  EXPECT_EQ(moving.headers.at("Retry-After"), "20");
  EXPECT_EQ(f.of("1").at("applied"), 0);
}

TEST(HubSpot, AMergedIdAnswersAsTheSurvivor) {
  hubspot_fixture f;
  f.edit("1", R"({"merged_into":"2"})");
  EXPECT_EQ(f.get(std::string{contacts} + "/1").json().at("id"), "2");
  EXPECT_EQ(f.patch("1", R"({"firstname":"x"})").json().at("id"), "2");
  EXPECT_EQ(f.of("2").at("applied"), 1);
  EXPECT_EQ(f.get(std::string{contacts} + "?limit=100").json().at("results").as_array().size(), 4u);
}

TEST(HubSpot, ReadsInBatchesAndTellsWhatIsMissing) {
  hubspot_fixture f;
  const auto whole =
      f.send("POST", std::string{contacts} + "/batch/read",
             R"({"inputs":[{"id":"1"},{"id":"3"}],"properties":["phone"],"propertiesWithHistory":[]})");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.json().at("results").at(0).at("id"), "3") << "in an order of its own";
  const auto part = f.send("POST", std::string{contacts} + "/batch/read",
                           R"({"inputs":[{"id":"1"},{"id":"77"},{"id":"78"},{"id":"79"}],"properties":[]})");
  EXPECT_EQ(part.status, 207);
  EXPECT_EQ(part.json().at("results").as_array().size(), 1u);
  EXPECT_EQ(part.json().at("errors").at(0).at("context").at("ids").at(0), "77");
  EXPECT_EQ(part.json().at("errors").at(1).at("context").at("ids").as_array().size(), 2u);
  EXPECT_EQ(f.truth().at("totals").at("reads"), 2) << "a POST that reads is a read";
}

TEST(HubSpot, ABatchOfUpdatesFailsInPartOrAsAWhole) {
  hubspot_fixture f;
  f.edit("2", R"({"gone":404})");
  const auto update = [&](const char* inputs) {
    return f.send("POST", std::string{contacts} + "/batch/update",
                  std::string{R"({"inputs":)"} + inputs + "}");
  };
  const auto part =
      update(R"([{"id":"1","properties":{"firstname":"a"}},{"id":"2","properties":{"firstname":"b"}}])");
  EXPECT_EQ(part.status, 207);
  EXPECT_EQ(part.json().at("results").at(0).at("id"), "1");
  EXPECT_EQ(part.json().at("errors").at(0).at("context").at("ids").at(0), "2");
  EXPECT_EQ(f.stored("1").at("firstname"), "a");
  EXPECT_EQ(f.of("1").at("bodies").at(0).at("properties").at("firstname"), "a");

  const auto sunk =
      update(R"([{"id":"1","properties":{"firstname":"c"}},{"id":"3","properties":{"email":"x"}}])");
  EXPECT_EQ(sunk.status, 400);
  EXPECT_EQ(f.stored("1").at("firstname"), "a") << "one bad row sinks the batch";
  EXPECT_EQ(update(R"([{"id":"1","properties":{}},{"id":"1","properties":{}}])").status, 400);
  std::string many = "[";
  for (int i = 0; i < 101; ++i)
    many += (i ? ",{\"id\":\"" : "{\"id\":\"") + std::to_string(i) + R"(","properties":{}})";
  EXPECT_EQ(update((many + "]").c_str()).status, 400);
}

TEST(HubSpot, AFaultyBatchIsLostOrServedButNotMistakenForAnObject) {
  hubspot_fixture f;
  const auto update = [&] {
    return f.send("POST", std::string{contacts} + "/batch/update",
                  R"({"inputs":[{"id":"1","properties":{"firstname":"a"}}]})");
  };
  f.configure(R"({"faults":"write:drop-after=1"})");
  EXPECT_EQ(update().how, delivery::drop);
  EXPECT_EQ(f.stored("1").at("firstname"), "a");
  for (const char* fault : {"lying", "stale", "wrong-id"}) {
    f.configure(std::string{R"({"faults":"write:)"} + fault + "=1\"}");
    EXPECT_EQ(update().status, 200) << fault;
  }
}

TEST(HubSpot, ABatchMayBeServedInPartOrShowWhatWas) {
  hubspot_fixture f;
  const auto update = [&](const std::string& name) {
    std::string inputs;
    for (const char* id : {"1", "2", "3"})
      inputs += std::string{inputs.empty() ? "" : ","} + R"({"id":")" + id +
                R"(","properties":{"firstname":")" + name + "\"}}";
    return f.send("POST", std::string{contacts} + "/batch/update", "{\"inputs\":[" + inputs + "]}");
  };
  f.configure(R"({"faults":"write:part=1"})");
  EXPECT_EQ(update("a").json().at("results").as_array().size(), 2u);
  EXPECT_EQ(f.stored("1").at("firstname"), "a");
  EXPECT_EQ(f.stored("2").at("firstname"), "Ada");
  EXPECT_EQ(f.stored("3").at("firstname"), "a");
  f.configure(R"({"faults":"write:fewer=1"})");
  EXPECT_EQ(update("b").json().at("results").as_array().size(), 2u);
  EXPECT_EQ(f.stored("2").at("firstname"), "b");
  f.configure(R"({"faults":"write:stale=1"})");
  EXPECT_EQ(update("c").json().at("results").at(0).at("properties").at("firstname"), "b");
  EXPECT_EQ(f.stored("1").at("firstname"), "c");
  f.configure(R"({"faults":"write:lying=1"})");
  EXPECT_EQ(update("d").json().at("results").at(0).at("properties").at("firstname"), "c");
  EXPECT_EQ(f.stored("1").at("firstname"), "c");
}

TEST(HubSpot, ListsGoByTheIdBehind) {
  hubspot_fixture f{25};
  std::string after = "0";
  std::size_t seen = 0;
  for (int pages = 0; !after.empty() && pages < 5; ++pages) {
    const json::value page = f.get(std::string{contacts} + "?limit=10&after=" + after).json();
    seen += page.at("results").as_array().size();
    after = page.as_object().contains("paging") ? page.at("paging").at("next").at("after").as_string().c_str()
                                                : "";
  }
  EXPECT_EQ(seen, 25u);
  EXPECT_EQ(f.get(std::string{contacts} + "?limit=101").status, 400);
}

TEST(HubSpot, OneBudgetForAllInTenSecondsAndByTheDay) {
  hubspot_fixture f{5, vendor_fixture::limited::as_the_api};
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(f.patch("1", R"({"firstname":"x"})").status, 200);
    ASSERT_EQ(f.get(std::string{contacts} + "/1").status, 200);
  }
  const auto rolling = f.get(std::string{contacts} + "/1");
  EXPECT_EQ(rolling.status, 429);
  EXPECT_EQ(rolling.json().at("policyName"), "TEN_SECONDLY_ROLLING");
  EXPECT_FALSE(rolling.headers.contains("Retry-After"));
  EXPECT_EQ(rolling.headers.at("X-HubSpot-RateLimit-Remaining"), "0");
  EXPECT_EQ(rolling.headers.at("X-HubSpot-RateLimit-Daily-Remaining"), "249900");
  f.configure(R"({"limits":{"DAILY":"1/day"}})");
  f.get(std::string{contacts} + "/1");
  const auto daily = f.get(std::string{contacts} + "/1");
  EXPECT_EQ(daily.json().at("policyName"), "DAILY");
  EXPECT_THAT(daily.body, HasSubstr("daily limit"));
}

}  // namespace
}  // namespace sandbox
