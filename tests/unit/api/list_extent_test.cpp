#include "engine/api/list_extent.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::api {
namespace {

using kind = list_extent::kind;

TEST(ListExtent, IsWhatThePageSaysInAnyUsualWord) {
  struct row {
    kind is;
    const char* members;  // beside three items
  };
  const row rows[] = {
      {kind::more, R"("has_more":true)"},
      {kind::more, R"("hasMore":true)"},
      {kind::more, R"("meta":{"pagination":{"more":true}})"},
      {kind::more, R"("isLast":false)"},
      {kind::more, R"("done":false)"},
      {kind::more, R"("incomplete_results":true)"},
      {kind::more, R"("total":295)"},
      {kind::more, R"("total":"295")"},
      {kind::more, R"("total":{"value":295,"relation":"eq"})"},
      {kind::more, R"("totalCount":4)"},
      {kind::more, R"("count":295)"},
      {kind::more, R"("page":{"number":0,"totalPages":3})"},
      {kind::more, R"("next":"https://a.example/?page=2")"},
      {kind::more, R"("paging":{"next":{"after":"3"}})"},
      {kind::more, R"("_links":{"next":{"href":"/b"}})"},
      {kind::more, R"("links":[{"rel":"self","href":"/a"},{"rel":"next","href":"/b"}])"},
      {kind::more, R"("@odata.nextLink":"https://a.example")"},
      {kind::more, R"("next_page":2)"},
      {kind::more, R"("total":3,"has_more":true)"},
      {kind::full, R"("limit":3,"offset":0)"},
      {kind::full, R"("per_page":3)"},
      {kind::full, R"("cursor":"abc")"},
      {kind::whole, R"("limit":3,"total":3)"},
      {kind::whole, R"("limit":100)"},
      {kind::whole, R"("total":3)"},
      {kind::whole, R"("count":3)"},
      {kind::whole, R"("has_more":false,"cursor":"left over")"},
      {kind::whole, R"("next":null)"},
      {kind::whole, R"("paging":{"next":""})"},
      {kind::whole, R"("meta":{"total_pages":1})"},
      {kind::unknown, R"("ok":true)"},
      {kind::unknown, R"("total":null,"offset":0)"},
      {kind::unknown, R"("included":{"total":295,"next":"x"})"},
      {kind::unknown, R"("_links":{"self":{"href":"/a"}})"},
  };
  for (const auto& r : rows) {
    const auto body =
        R"({"data":[{"id":1,"total":9},{"id":2,"next":"x"},{"id":3}],)" + std::string{r.members} + "}";
    const auto found = extent_in_body(body, {{"data"}}, 3);
    EXPECT_EQ(found.is, r.is) << r.members << ": " << found.why;
  }
  const auto nested = R"({"result":{"items":[{},{},{}],"total":295}})";
  EXPECT_EQ(extent_in_body(nested, {{"result"}, {"items"}}, 3).why, R"(says "total": 295)");
  EXPECT_EQ(extent_in_body(nested, {{"items"}}, 3).is, kind::unknown);
}

TEST(ListExtent, IsWhatTheHeadersSay) {
  const auto of = [](std::string_view name, std::string_view value) {
    const std::vector<header_field> headers{{name, value}};
    return extent_in_headers(headers, 100).is;
  };
  EXPECT_EQ(of("Link", R"(</items?page=2>; rel="next")"), kind::more);
  EXPECT_EQ(of("X-Total-Count", "295"), kind::more);
  EXPECT_EQ(of("X-Total-Count", "100"), kind::whole);
  EXPECT_EQ(of("Content-Range", "items 0-99/295"), kind::more);
  EXPECT_EQ(of("Content-Range", "items 0-99/*"), kind::unknown);
  EXPECT_EQ(of("X-Next-Page", "2"), kind::more);
  EXPECT_EQ(of("X-Next-Page", ""), kind::unknown);
  EXPECT_EQ(of("Content-Length", "295"), kind::unknown);
}

TEST(ListExtent, KnowsTheSizesThatPagesHave) {
  for (const std::size_t size : {10u, 16u, 20u, 25u, 50u, 64u, 100u, 200u, 250u, 256u, 500u, 1000u, 1024u})
    EXPECT_TRUE(may_be_page_size(size)) << size;
  for (const std::size_t size : {0u, 1u, 2u, 5u, 8u, 11u, 99u, 101u, 297u})
    EXPECT_FALSE(may_be_page_size(size)) << size;
}

// Of a page that is asked for by number, and has others before it.
TEST(ListExtent, CountsTheItemsOfThePagesBefore) {
  const auto of = [](std::string_view members) {
    return extent_in_body(R"({"data":[1,2,3],)" + std::string{members} + "}", {{"data"}}, 3, 200).is;
  };
  EXPECT_EQ(of(R"("total":203)"), kind::whole);
  EXPECT_EQ(of(R"("total":204)"), kind::more);
  EXPECT_EQ(of(R"("total":200)"), kind::unknown);
  EXPECT_EQ(of(R"("total_pages":3)"), kind::unknown);
  EXPECT_EQ(of(R"("limit":3)"), kind::unknown);
  EXPECT_EQ(of(R"("has_more":true)"), kind::more);
  const std::vector<header_field> headers{{"X-Total-Count", "203"}};
  EXPECT_EQ(extent_in_headers(headers, 3, 200).is, kind::whole);
  EXPECT_EQ(extent_in_headers(headers, 2, 200).is, kind::more);
}

}  // namespace
}  // namespace pawl::api
