#include "tests/sandbox/vendor_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

using ::testing::HasSubstr;

struct intercom_fixture : vendor_fixture {
  explicit intercom_fixture(std::uint64_t resources = 5, limited limits = limited::no)
      : vendor_fixture("intercom", "Bearer k", resources, limits) {}
  std::string id(std::uint64_t number) const { return model->made_up_id(number); }
  answer put(std::uint64_t number, std::string_view body) {
    return send("PUT", "/contacts/" + id(number), body);
  }
};

TEST(Intercom, APutIsPartialAndAttributesMerge) {
  intercom_fixture f;
  EXPECT_EQ(f.id(1).size(), 24u);
  const auto a = f.put(1, R"({"name":"New","signed_up_at":1735000001,"custom_attributes":{"seats":7}})");
  ASSERT_EQ(a.status, 200);
  const json::value now = a.json();
  EXPECT_EQ(now.at("name"), "New");
  EXPECT_EQ(now.at("email"), "person1@example.com") << "what is not sent stays";
  EXPECT_EQ(now.at("signed_up_at"), 1735000001);
  EXPECT_TRUE(now.at("updated_at").is_int64()) << "times are seconds";
  EXPECT_EQ(now.at("custom_attributes").as_object().size(), 2u);
  EXPECT_EQ(f.put(1, R"({"name":null})").json().at("name"), nullptr);
}

TEST(Intercom, RefusesWithAListOfErrors) {
  intercom_fixture f;
  for (const char* body : {R"({"email":null})", R"({"role":"boss"})", R"({"signed_up_at":"2026-01-01"})",
                           R"({"external_id":null})", R"({"custom_attributes":[]})"}) {
    const auto a = f.put(1, body);
    EXPECT_EQ(a.status, 400) << body;
    EXPECT_EQ(a.json().at("type"), "error.list");
    EXPECT_EQ(a.json().at("errors").at(0).at("code"), "parameter_invalid");
  }
  const auto twice = f.put(1, R"({"email":"person2@example.com"})");
  EXPECT_EQ(twice.status, 409);
  EXPECT_THAT(twice.body, HasSubstr(f.id(2)));
  f.edit(f.id(3), R"({"merged_into":")" + f.id(4) + "\"}");
  EXPECT_EQ(f.put(3, R"({"name":"x"})").status, 404);
  EXPECT_EQ(f.send("GET", "/me", "", {{"Authorization", "Bearer no"}}).json().at("errors").at(0).at("code"),
            "unauthorized");
  EXPECT_EQ(f.get("/me").json().at("app").at("id_code"), "abc12345");
}

TEST(Intercom, OneTagACall) {
  intercom_fixture f;
  const auto added = f.send("POST", "/contacts/" + f.id(1) + "/tags", R"({"id":"34"})");
  EXPECT_EQ(added.json().at("type"), "tag");
  for (int i = 0; i < 11; ++i)
    f.send("POST", "/contacts/" + f.id(1) + "/tags", "{\"id\":\"" + std::to_string(i) + "\"}");
  const json::value now = f.get("/contacts/" + f.id(1)).json();
  EXPECT_EQ(now.at("tags").at("data").as_array().size(), 10u);
  EXPECT_EQ(now.at("tags").at("has_more"), true);
  EXPECT_EQ(f.send("DELETE", "/contacts/" + f.id(1) + "/tags/34", "").status, 200);
  EXPECT_EQ(f.send("DELETE", "/contacts/" + f.id(1) + "/tags/34", "").status, 404);
}

TEST(Intercom, ListsByCursor) {
  intercom_fixture f{7};
  std::string after;
  std::size_t seen = 0;
  for (int pages = 0; pages < 5; ++pages) {
    const json::value page =
        f.get("/contacts?per_page=3" + (after.empty() ? "" : "&starting_after=" + after)).json();
    seen += page.at("data").as_array().size();
    EXPECT_EQ(page.at("total_count"), 7);
    if (!page.at("pages").as_object().contains("next")) break;
    after = page.at("pages").at("next").at("starting_after").as_string().c_str();
  }
  EXPECT_EQ(seen, 7u);
}

TEST(Intercom, SearchesByOneField) {
  intercom_fixture f{7};
  const auto found = [&f](const std::string& field, const std::string& value, const std::string& by = "=") {
    return f.send("POST", "/contacts/search",
                  R"({"query":{"field":")" + field + R"(","operator":")" + by + R"(","value":")" + value +
                      R"("},"pagination":{"per_page":1}})");
  };
  const json::value one = found("email", "Person3@example.com").json();
  ASSERT_EQ(one.at("data").as_array().size(), 1u);
  EXPECT_EQ(one.at("data").at(0).at("id"), json::value(f.id(3)));
  const json::value many = found("role", "user").json();
  EXPECT_EQ(many.at("total_count"), 7);
  EXPECT_TRUE(many.at("pages").as_object().contains("next"));
  EXPECT_EQ(found("email", "nobody").json().at("total_count"), 0);
  EXPECT_EQ(found("email", "a", "~").status, 400);
}

TEST(Intercom, LimitsAreSlicesOfTenSeconds) {
  intercom_fixture f{5, vendor_fixture::limited::as_the_api};
  f.now += 9 * one_second;
  for (int i = 0; i < 1666; ++i) ASSERT_EQ(f.get("/me").status, 200);
  const auto refused = f.get("/me");
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("Exceeded rate limit of 1666 in 10_seconds"));
  EXPECT_EQ(refused.headers.at("X-RateLimit-Reset"), std::to_string(f.now / one_second / 10 * 10 + 10));
  EXPECT_FALSE(refused.headers.contains("Retry-After"));
  f.now += one_second;
  EXPECT_EQ(f.get("/me").status, 200);
}

}  // namespace
}  // namespace sandbox
