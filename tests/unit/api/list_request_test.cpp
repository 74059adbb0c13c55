#include "engine/api/list_request.hpp"

#include "tests/unit/api/thread_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl::api {
namespace {

text_template literal(std::string text) {
  return {{hole::none, std::move(text), {}}};
}
text_template only(hole h) {
  return {{h, {}, {}}};
}

list_spec threads() {
  list_spec list;
  list.path = "/threads";
  list.request.query = {{"cursor", only(hole::cursor)}, {"limit", literal("200")}};
  list.cursor = {{"next"}};
  return list;
}

std::string path_of(const list_spec& list, const page_place& place, std::string_view filters = {}) {
  return page_request(list, filters, place).target;
}

TEST(ListRequest, LeavesOutWhatHasNoValueYet) {
  EXPECT_EQ(path_of(threads(), {}), "/threads?limit=200");
  EXPECT_EQ(path_of(threads(), {"a b+c/=&"}), "/threads?cursor=a%20b%2Bc%2F%3D%26&limit=200");
  auto list = threads();
  list.request.query = {{"page[after]", {{hole::none, "id:", {}}, {hole::cursor, {}, {}}}}};
  EXPECT_EQ(path_of(list, {}), "/threads");
  EXPECT_EQ(path_of(list, {"7"}), "/threads?page%5Bafter%5D=id%3A7");
  list.request.query = {{"p", only(hole::page)}, {"skip", only(hole::offset)}};
  EXPECT_EQ(path_of(list, {}), "/threads?p=1&skip=0");
  EXPECT_EQ(path_of(list, {"", 3, 250}), "/threads?p=3&skip=250");
}

TEST(ListRequest, NamesTheFieldsOfInterest) {
  auto list = threads();
  list.request.query = {{"properties", only(hole::asked)}};
  const std::vector<std::string> asked{"email", "a b"};
  EXPECT_EQ(page_request(list, {}, {}, asked).target, "/threads?properties=email,a%20b");
}

TEST(ListRequest, AddsFiltersWhereNothingCarriesThem) {
  EXPECT_EQ(path_of(threads(), {}, "status=open"), "/threads?limit=200&status=open");
  EXPECT_EQ(path_of(threads(), {"c"}, "status=open"), "/threads?cursor=c&limit=200");
  auto list = threads();
  list.path = "/threads?owner=me";
  list.request.query = {{"p", only(hole::page)}};
  EXPECT_EQ(path_of(list, {"", 2, 0}, "status=open"), "/threads?owner=me&p=2&status=open");
  list.request.query.clear();
  EXPECT_EQ(path_of(list, {}, "status=open"), "/threads?owner=me&status=open");
}

TEST(ListRequest, FollowsAnAddressAsItIs) {
  page_place place;
  place.address = "/threads?page=2&per_page=100";
  EXPECT_EQ(path_of(threads(), place, "status=open"), "/threads?page=2&per_page=100");
}

TEST(ListRequest, WritesABody) {
  auto list = threads();
  list.request = {};
  list.request.method = "POST";
  list.request.headers = {{"X-A", literal("b")}};
  json_template paging;
  paging.members = {
      {"after", {json_template::kind::hole, {}, only(hole::cursor)}},
      {"page", {json_template::kind::hole, {}, only(hole::page)}},
      {"from", {json_template::kind::text, {}, {{hole::none, "n", {}}, {hole::offset, {}, {}}}}}};
  json_template body;
  body.members = {{"paging", paging},
                  {"fields", {json_template::kind::array, {}, {}, {}, {{json_template::kind::json, "1"}}}}};
  list.request.body = body;
  const auto first = page_request(list, {}, {});
  EXPECT_EQ(first.method, "POST");
  EXPECT_EQ(first.body, R"({"paging":{"page":1,"from":"n0"},"fields":[1]})");
  EXPECT_EQ(first.headers, (std::vector<std::pair<std::string, std::string>>{{"X-A", "b"}}));
  EXPECT_EQ(page_request(list, {}, {"a\"b", 2, 100}).body,
            R"({"paging":{"after":"a\"b","page":2,"from":"n100"},"fields":[1]})");
  EXPECT_EQ(page_request(threads(), {}, {}), call{"/threads?limit=200"});
}

TEST(ListRequest, LeavesToTheApiWhatItCanTest) {
  const auto profile = testing::reading_profile();
  auto list = threads();
  for (const auto& [field, parameter] :
       {std::pair{"status", "status"}, {"tag_ids", "tag_id"}, {"title", "title"}, {"snoozed_until", "until"}})
    list.filters.push_back({*profile.find(field), parameter});
  const auto filters = [&](const std::vector<std::string>& texts) {
    std::vector<precondition> all;
    for (const auto& text : texts) {
      auto one = parse_precondition(text, profile);
      EXPECT_TRUE(one) << text;
      all.push_back(*one);
    }
    return server_filters(list, profile, all);
  };
  EXPECT_EQ(filters({}), "");
  EXPECT_EQ(filters({"status = open"}), "status=open");
  EXPECT_EQ(filters({"tag_ids has tag 1", "status = a&b"}), "status=a%26b&tag_id=tag%201");
  // One value each; the second is tested here alone.
  EXPECT_EQ(filters({"tag_ids has x", "tag_ids has y"}), "tag_id=x");
  for (const auto* other : {"status != open", "title is null", "assignee_id = u",
                            "snoozed_until = 2026-01-01T00:00:00Z", "last_inbound_message_at older than 9d"})
    EXPECT_EQ(filters({other}), "") << other;
}

TEST(ListRequest, FiltersByWhatTheApiHas) {
  auto profile = testing::reading_profile();
  auto& status = profile.fields[to_index(*profile.find("status"))];
  status.values = {"open", "done"};
  status.wire_values = {"1", R"("d e")"};
  auto list = threads();
  list.filters = {{*profile.find("status"), "status"}};
  const auto filters = [&](const char* condition) {
    const std::vector all{*parse_precondition(condition, profile)};
    return server_filters(list, profile, all);
  };
  EXPECT_EQ(filters("status = open"), "status=1");
  EXPECT_EQ(filters("status = done"), "status=d%20e");
}

}  // namespace
}  // namespace pawl::api
