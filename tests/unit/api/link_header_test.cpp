#include "engine/api/link_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string_view> links(std::vector<std::string_view> values) {
  static std::vector<header_field> headers;
  headers = {{"Date", "<x>; rel=next"}};
  for (const auto v : values) headers.push_back({"link", v});
  return next_links(headers);
}

TEST(LinkHeader, FindsTheNextPage) {
  for (const auto* next :
       {R"(<b>; rel="next")", "<b>; rel=next", R"(<a>; rel="prev", <b>; rel="NEXT")", "<b>;REL=next",
        R"(<b>;title="x";rel="last next")", R"(<a>; rel=prev; title="a, b; rel=next", < b > ;rel=next)",
        R"(<b> ; rel = "next" ; type=x)", R"(<a>; title="quo\"te, <x>; rel=next"; rel=first,<b>;rel=next)",
        R"(<b>; crossorigin; rel=next)", R"(, ,<b>; rel=next,)", R"(<b>; rel="next"; rel="prev")",
        R"(<b>; rel=next, <b>; rel=next)", R"(<b>; rel*=x; rel=next)"})
    EXPECT_THAT(links({next}), ElementsAre("b")) << next;
  EXPECT_THAT(links({"<a>; rel=first", "<https://a.example/i?page=2,3;x>; rel=next"}),
              ElementsAre("https://a.example/i?page=2,3;x"));
  EXPECT_THAT(links({"<a>; rel=next", "<b>; rel=next"}), ElementsAre("a", "b"));
  EXPECT_THAT(links({"<>; rel=next"}), ElementsAre(""));
}

TEST(LinkHeader, FindsNoneWhereThereIsNone) {
  for (const auto* none :
       {"", R"(<a>; rel="prev")", R"(<a?x;rel=next>; rel="first")", R"(<a>; rel="nextish")",
        R"(<a>; title="next")", R"(<a>; rel="prev"; rel="next")", "<a", "rel=next", R"(<a>; rel="prev" next)",
        R"(<a>; rel=next; anchor="/other")", R"(<a>, rel=next)", R"(<a>; title="; rel=next)", "<a>; rel"})
    EXPECT_THAT(links({none}), IsEmpty()) << none;
}

}  // namespace
}  // namespace pawl::api
