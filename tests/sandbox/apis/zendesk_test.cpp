#include "tests/sandbox/vendor_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

using ::testing::HasSubstr;

struct zendesk_fixture : vendor_fixture {
  // a@b.c/token:k
  explicit zendesk_fixture(std::uint64_t resources = 5, limited limits = limited::no)
      : vendor_fixture("zendesk", "Basic YUBiLmMvdG9rZW46aw==", resources, limits) {}
  json::value ticket(const std::string& id) { return get("/api/v2/tickets/" + id).json().at("ticket"); }
  answer put(const std::string& id, const std::string& ticket) {
    return send("PUT", "/api/v2/tickets/" + id + ".json", "{\"ticket\":" + ticket + "}");
  }
};

TEST(Zendesk, AWriteIsWrappedAndTagsComeBackSorted) {
  zendesk_fixture f;
  const auto a = f.put("1", R"({"tags":["Zebra","apple","ZEBRA"],"priority":"high",
                                "custom_fields":[{"id":360002,"value":"x"},{"id":999,"value":"y"}]})");
  ASSERT_EQ(a.status, 200);
  EXPECT_TRUE(a.json().as_object().contains("audit"));
  const json::value now = f.ticket("1");
  EXPECT_EQ(json::serialize(now.at("tags")), R"(["apple","zebra"])");
  EXPECT_EQ(now.at("priority"), "high");
  EXPECT_EQ(now.at("custom_fields").at(1).at("value"), "x");
  EXPECT_EQ(now.at("custom_fields").at(0).at("value"), f.of("1").at("fields").at("custom").at("360001"));
  EXPECT_EQ(f.put("1", R"({"priority":null})").json().at("ticket").at("priority"), nullptr);
  EXPECT_EQ(f.send("PUT", "/api/v2/tickets/1", R"({"tags":[]})").status, 400) << "not wrapped";
}

TEST(Zendesk, TheGuardRefusesWhatHasMovedOn) {
  zendesk_fixture f;
  const std::string seen{f.ticket("1").at("updated_at").as_string()};
  const std::string guarded = R"({"subject":"mine","safe_update":true,"updated_stamp":")" + seen + "\"}";
  f.edit("1", R"({"set":{"subject":"by hand"}})");
  const auto refused = f.put("1", guarded);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("UpdateConflict"));
  EXPECT_EQ(f.of("1").at("fields").at("subject"), "by hand");
  const std::string anew{f.ticket("1").at("updated_at").as_string()};
  const std::string again = R"({"subject":"mine","safe_update":true,"updated_stamp":")" + anew + "\"}";
  f.now += one_second;
  EXPECT_EQ(f.put("1", again).status, 200);
  EXPECT_EQ(f.put("1", again).status, 409) << "the first one moved it on";
  EXPECT_EQ(f.put("1", R"({"subject":"x","safe_update":true})").status, 422);
  EXPECT_EQ(f.of("1").at("overwritten_unseen"), 0);
}

// The resolution of updated_at is a second: the guard cannot see a change in the same one.
TEST(Zendesk, TheGuardHasAHoleOfASecond) {
  zendesk_fixture f;
  f.edit("1", R"({"set":{"subject":"first"}})");
  const std::string seen{f.ticket("1").at("updated_at").as_string()};
  f.edit("1", R"({"set":{"subject":"second"}})");
  EXPECT_EQ(f.put("1", R"({"subject":"mine","safe_update":true,"updated_stamp":")" + seen + "\"}").status,
            200);
  EXPECT_EQ(f.of("1").at("overwritten_unseen"), 1);
}

TEST(Zendesk, ADatabaseConflictIsAnother409) {
  zendesk_fixture f;
  f.edit("1", R"({"locked":true})");
  const auto a = f.put("1", R"({"subject":"x"})");
  EXPECT_EQ(a.status, 409);
  EXPECT_EQ(a.json().at("error"), "DatabaseConflict");
  f.edit("1", R"({"locked":false})");
  EXPECT_EQ(f.put("1", R"({"subject":"x"})").status, 200);
}

TEST(Zendesk, RefusesInItsOwnWords) {
  zendesk_fixture f;
  f.edit("2", R"({"set":{"status":"closed"}})");
  const auto closed = f.put("2", R"({"tags":["x"]})");
  EXPECT_EQ(closed.status, 422);
  EXPECT_THAT(closed.body, HasSubstr("Status: closed prevents ticket update"));
  const auto invalid = f.put("1", R"({"priority":"huge","status":"gone"})");
  EXPECT_EQ(invalid.status, 422);
  EXPECT_EQ(invalid.json().at("error"), "RecordInvalid");
  EXPECT_EQ(invalid.json().at("details").as_object().size(), 2u);
  EXPECT_EQ(f.get("/api/v2/tickets/99").json().at("error"), "RecordNotFound");
  f.sent["Authorization"] = "Bearer nobody";
  EXPECT_EQ(f.get("/api/v2/users/me").json().at("error"), "Couldn't authenticate you");
  f.sent["Authorization"] = "Bearer k";
  EXPECT_EQ(f.get("/api/v2/users/me").json().at("user").at("id"), 35436);
}

TEST(Zendesk, ListsByCursorAndManyAtOnce) {
  zendesk_fixture f{250};
  std::string next = "/api/v2/tickets.json?page[size]=100";
  std::size_t seen = 0;
  int pages = 0;
  for (; !next.empty() && pages < 9; ++pages) {
    const json::value page = f.get(next).json();
    seen += page.at("tickets").as_array().size();
    const json::value& link = page.at("links").at("next");
    EXPECT_EQ(page.at("meta").at("has_more"), link.is_string());
    next = link.is_string() ? std::string{link.as_string()}.substr(std::string{"https://api.example"}.size())
                            : "";
  }
  EXPECT_EQ(seen, 250u);
  EXPECT_EQ(pages, 3);
  f.edit("2", R"({"gone":404})");
  EXPECT_EQ(f.get("/api/v2/tickets/show_many?ids=1,2,3,999").json().at("count"), 2);
  EXPECT_EQ(f.get("/api/v2/tickets?page[size]=9&page[after]=%21").status, 400);
}

TEST(Zendesk, ThreeLimitsHoldTogether) {
  zendesk_fixture f{200, vendor_fixture::limited::as_the_api};
  for (int i = 0; i < 30; ++i) ASSERT_EQ(f.put("1", R"({"subject":"x"})").status, 200);
  const auto each = f.put("1", R"({"subject":"x"})");
  EXPECT_EQ(each.status, 429);
  EXPECT_EQ(each.headers.at("Retry-After"), "600");
  for (int i = 0; i < 70; ++i) ASSERT_EQ(f.put(std::to_string(2 + i), R"({"subject":"x"})").status, 200);
  const auto updates = f.put("100", R"({"subject":"x"})");
  EXPECT_EQ(updates.json().at("error"), "TooManyRequests");
  EXPECT_EQ(updates.headers.at("ratelimit-remaining"), "100") << "the headers show the plan, not what binds";
  EXPECT_EQ(updates.headers.at("ratelimit-reset"), "60") << "seconds left";
  for (int i = 0; i < 100; ++i) ASSERT_EQ(f.get("/api/v2/tickets/1").status, 200);
  EXPECT_EQ(f.get("/api/v2/tickets/1").json().at("error"), "APIRateLimitExceeded");
  EXPECT_EQ(f.truth().at("totals").at("exceeded"), 3);
}

TEST(Zendesk, CommentsAddAMessageEachTime) {
  zendesk_fixture f;
  for (int i = 0; i < 2; ++i) f.put("1", R"({"comment":{"body":"hello","public":true}})");
  EXPECT_EQ(f.of("1").at("fields").at("comments").as_array().size(), 2u);
}

}  // namespace
}  // namespace sandbox
