#include "engine/api/page_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::api {
namespace {

using ::testing::ElementsAre;

list_spec thread_pages() {
  list_spec list;
  list.path = "/threads";
  list.page_size = 200;
  list.items = {{"data"}};
  list.cursor = {{"page"}, {"cursor"}};
  list.more = {{"page"}, {"has_more"}};
  list.id = {{"id"}};
  return list;
}

struct read_page {
  bool readable = false;
  std::vector<std::string> items;
  std::string cursor;
  bool is_last = false, cut_off = false;
};

read_page read(const list_spec& list, std::string body) {
  const auto size = body.size();
  body.resize(size + 64, ' ');
  page_reader reader(list);
  page into;
  read_page result;
  result.readable = reader.read(std::string_view{body}.substr(0, size), {}, into);
  result.items.assign(into.items.begin(), into.items.end());
  result.cursor = into.next.cursor;
  result.is_last = into.is_last;
  result.cut_off = !into.cut_off.empty();
  return result;
}

TEST(PageReader, FindsItemsAndTheNextPage) {
  const auto p =
      read(thread_pages(), R"({"data":[{"id":"a"}, {"id":"b"}],"page":{"cursor":"x\/y","has_more":true}})");
  ASSERT_TRUE(p.readable);
  EXPECT_THAT(p.items, ElementsAre(R"({"id":"a"})", R"({"id":"b"})"));
  EXPECT_EQ(p.cursor, "x/y");
  EXPECT_FALSE(p.is_last);
}

TEST(PageReader, KnowsTheLastPage) {
  for (const auto* last :
       {R"({"data":[],"page":{"cursor":null,"has_more":false}})", R"({"data":[],"page":{"has_more":false}})",
        R"({"data":[],"page":{"cursor":"left over","has_more":false}})"}) {
    const auto p = read(thread_pages(), last);
    EXPECT_TRUE(p.readable && p.is_last) << last;
  }
  auto by_cursor = thread_pages();
  by_cursor.more.clear();
  for (const auto* last :
       {R"({"data":[],"page":{"cursor":null}})", R"({"data":[],"page":{"cursor":""}})", R"({"data":[]})"}) {
    const auto p = read(by_cursor, last);
    EXPECT_TRUE(p.readable && p.is_last) << last;
  }
  const auto more = read(by_cursor, R"({"data":[],"page":{"cursor":17}})");
  EXPECT_TRUE(more.readable && !more.is_last);
  EXPECT_EQ(more.cursor, "17");
}

// An empty page with more behind it is a page; half a page is none, for the rest would be missing unseen.
TEST(PageReader, TellsAPageFromWhatIsNone) {
  EXPECT_TRUE(read(thread_pages(), R"({"data":[],"page":{"cursor":"c","has_more":true}})").readable);
  for (const auto* broken :
       {"", "[]", "<html>", R"({"data":[)", R"({"page":{"has_more":false}})",
        R"({"data":{},"page":{"has_more":false}})", R"({"data":null,"page":{"has_more":false}})",
        R"({"data":[1,],"page":{"has_more":false}})", R"({"data":[],"page":{}})", R"({"data":[]})",
        R"({"data":[],"page":{"cursor":"c"}})", R"({"data":[],"page":{"has_more":"true","cursor":"c"}})",
        R"({"data":[],"page":{"has_more":true,"cursor":{}}})"})
    EXPECT_FALSE(read(thread_pages(), broken).readable) << broken;
}

// More is there, or may be, and nobody can ask for it: what was read is not the list.
TEST(PageReader, TellsAPageWithoutAWayOn) {
  auto paged = thread_pages();
  paged.page_size = 2;
  auto by_cursor = paged;
  by_cursor.more.clear();
  auto alone = by_cursor;
  alone.cursor.clear();
  auto any_size = alone;
  any_size.page_size = 0;
  auto said_whole = any_size;
  said_whole.whole = true;
  struct row {
    const list_spec* list;
    const char* body;
    bool cut_off;
  };
  const row rows[] = {
      {&alone, R"({"data":[{"id":1},{"id":2}]})", true},
      {&alone, R"({"data":[{"id":1},{"id":2},{"id":3}]})", true},
      {&alone, R"({"data":[{"id":1}]})", false},
      {&any_size, R"({"data":[{"id":1},{"id":2}]})", false},
      {&any_size, R"({"data":[{"id":1},{"id":2}],"total":2})", false},
      {&any_size, R"({"data":[{"id":1},{"id":2}],"total":295})", true},
      {&any_size, R"({"data":[{"id":1},{"id":2}],"limit":2})", true},
      {&any_size, R"({"data":[1,2,3,4,5,6,7,8,9,10]})", true},
      {&any_size, R"({"data":[1,2,3,4,5,6,7,8,9,10],"total":10})", false},
      {&any_size, R"({"data":[1,2,3,4,5,6,7,8,9,10,11]})", false},
      {&said_whole, R"({"data":[1,2,3,4,5,6,7,8,9,10]})", false},
      {&said_whole, R"({"data":[1,2,3,4,5,6,7,8,9,10],"limit":10})", false},
      {&said_whole, R"({"data":[1,2],"has_more":true})", true},
      {&alone, R"({"data":[{"id":1}],"total":295})", true},
      {&by_cursor, R"({"data":[{"id":1}],"next_cursor":"x"})", true},
      {&paged, R"({"data":[{"id":1}],"page":{"has_more":true}})", true},
      {&paged, R"({"data":[],"page":{"has_more":true,"cursor":null}})", true},
      {&paged, R"({"data":[{"id":1},{"id":2}],"page":{"has_more":false}})", false},
      {&by_cursor, R"({"data":[{"id":1},{"id":2}]})", true},
      {&by_cursor, R"({"data":[{"id":1},{"id":2}],"page":{"cursor":null}})", false},
      {&by_cursor, R"({"data":[{"id":1},{"id":2}],"page":{"cursor":""}})", false},
      {&by_cursor, R"({"data":[{"id":1}]})", false},
  };
  for (const auto& r : rows) {
    const auto p = read(*r.list, r.body);
    EXPECT_TRUE(p.readable && p.is_last) << r.body;
    EXPECT_EQ(p.cut_off, r.cut_off) << r.body;
  }
}

// An API that has shown a cursor may leave it out on the last page, full or not.
TEST(PageReader, KnowsACursorThatItHasSeen) {
  auto list = thread_pages();
  list.page_size = 1;
  list.more.clear();
  page_reader reader(list);
  page into;
  for (std::string body : {R"({"data":[{"id":1}],"page":{"cursor":"c"}})", R"({"data":[{"id":2}]})"}) {
    const auto size = body.size();
    body.resize(size + 64, ' ');
    ASSERT_TRUE(reader.read(std::string_view{body}.substr(0, size), {}, into));
    EXPECT_TRUE(into.cut_off.empty());
  }
}

// Where nothing is said the page is taken for the list, and whoever lists can say so.
TEST(PageReader, KnowsThatNothingWasSaid) {
  auto list = thread_pages();
  list.page_size = 0;
  list.cursor.clear();
  list.more.clear();
  for (const auto& [body, silent] :
       {std::pair{R"({"data":[1]})", true}, {R"({"data":[1],"total":1})", false}}) {
    std::string padded = body;
    padded.resize(padded.size() + 64, ' ');
    page into;
    page_reader reader(list);
    ASSERT_TRUE(reader.read(std::string_view{padded}.substr(0, std::string_view{body}.size()), {}, into));
    EXPECT_EQ(into.says_nothing, silent) << body;
  }
}

TEST(ItemIds, ReadTextsAndNumbers) {
  item_ids ids({{"ref"}, {"id"}});
  const auto id = [&ids](std::string item) -> std::string {
    const auto size = item.size();
    item.resize(size + 64, ' ');
    const auto found = ids.read(std::string_view{item}.substr(0, size));
    return found ? std::string{*found} : "none";
  };
  EXPECT_EQ(id(R"({"ref":{"id":"a\/b"}})"), "a/b");
  EXPECT_EQ(id(R"({"ref":{"id":17}})"), "17");
  for (const auto* none : {"7", "{}", R"({"ref":null})", R"({"ref":{"id":""}})", R"({"ref":{"id":true}})",
                           R"({"ref":{"id":{}}})", R"({"ref":"x"})"})
    EXPECT_EQ(id(none), "none") << none;
}

// The pages of one list, one after another: how it goes on behind each.
std::vector<std::string> course(const list_spec& list, const std::vector<std::string>& bodies,
                                const std::vector<std::string>& links = {}) {
  page_reader reader(list);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    auto body = bodies[i];
    body.resize(body.size() + 64, ' ');
    std::vector<header_field> headers;
    if (i < links.size() && !links[i].empty()) headers.push_back({"Link", links[i]});
    page into;
    if (!reader.read(std::string_view{body}.substr(0, bodies[i].size()), headers, into))
      all.emplace_back("unreadable");
    else if (!into.cut_off.empty())
      all.push_back((into.has_moved ? "moved: " : "cut off: ") + into.cut_off);
    else if (into.is_last)
      all.emplace_back("end");
    else
      all.push_back(into.next.cursor.empty()
                        ? std::to_string(into.next.page) + "/" + std::to_string(into.next.offset)
                        : into.next.cursor);
  }
  return all;
}

list_spec numbered(std::uint32_t limit) {
  list_spec list;
  list.path = "/items";
  list.request.query = {{"offset", {{hole::offset, {}, {}}}}};
  list.page_size = limit;
  return list;
}

TEST(PageReader, TakesThePageItselfForTheList) {
  auto list = numbered(0);
  EXPECT_THAT(course(list, {R"([{"id":1},{"id":2}])", "[7]", "[]"}), ElementsAre("2/2", "3/3", "end"));
  for (const auto* bad : {"{}", "[", "[1,]", "", R"({"data":[]})", "null"})
    EXPECT_THAT(course(list, {bad}), ElementsAre("unreadable")) << bad;
}

// Without a total: `limit` proves nothing until the API has granted it once.
TEST(PageReader, EndsNumberedPagesWithAShortOne) {
  const auto list = numbered(2);
  EXPECT_THAT(course(list, {"[1,2]", "[3]"}), ElementsAre("2/2", "end"));
  EXPECT_THAT(course(list, {"[1,2]", "[3,4]", "[]"}), ElementsAre("2/2", "3/4", "end"));
  EXPECT_THAT(course(list, {"[1]", "[2]", "[]"}), ElementsAre("2/1", "3/2", "end"))
      << "the API grants less than was asked for";
  EXPECT_THAT(course(list, {"[1]", "[]"}), ElementsAre("2/1", "end"));
  EXPECT_THAT(course(list, {"[]"}), ElementsAre("end"));
  auto inside = list;
  inside.items = {{"data"}};
  EXPECT_THAT(course(inside, {R"({"data":[1,2],"total":5})", R"({"data":[3],"total":5})"}),
              ElementsAre("2/2", "cut off: the last page shows 1 item and says \"total\": 5"));
  EXPECT_THAT(
      course(inside, {R"({"data":[1,2],"total":3,"pages":2})", R"({"data":[3],"total":3,"pages":2})"}),
      ElementsAre("2/2", "end"));
  EXPECT_THAT(course(inside, {R"({"data":[],"has_more":true})"}),
              ElementsAre(::testing::StartsWith("cut off: ")));
  EXPECT_THAT(course(list, {"[1,2]", "[3]"}, {"", "</items?offset=3>; rel=next"}),
              ElementsAre("2/2", ::testing::StartsWith("cut off: ")));
}

TEST(PageReader, EndsNumberedPagesWithTheTotal) {
  auto list = numbered(2);
  list.items = {{"data"}};
  list.total = {{"total"}};
  const auto page = [](std::string_view items, std::string_view total) {
    return R"({"data":[)" + std::string{items} + R"(],"total":)" + std::string{total} + "}";
  };
  EXPECT_THAT(course(list, {page("1,2", "3"), page("3", "3")}), ElementsAre("2/2", "end"));
  EXPECT_THAT(course(list, {page("1", "3"), page("2", "\"3\""), page("3", "3")}),
              ElementsAre("2/1", "3/2", "end"))
      << "the API grants less than was asked for";
  EXPECT_THAT(course(list, {page("1,2", "2")}), ElementsAre("end"));
  EXPECT_THAT(course(list, {page("", "0")}), ElementsAre("end"));
  EXPECT_THAT(course(list, {page("1,2", "3"), page("3", "4"), page("4", "4")}),
              ElementsAre("2/2", "3/3", "end"))
      << "a list that grows only brings more";
  EXPECT_THAT(course(list, {page("1,2", "4"), page("4", "3")}),
              ElementsAre("2/2", ::testing::StartsWith("moved: the list became shorter")));
  EXPECT_THAT(course(list, {page("1,2", "5"), page("", "5")}),
              ElementsAre("2/2", "cut off: a page is empty after 2 of 5 items"));
  for (const auto* bad : {"null", "-1", "1.5", "\"many\"", "{}"})
    EXPECT_THAT(course(list, {page("1", bad)}), ElementsAre("unreadable")) << bad;
  EXPECT_THAT(course(list, {R"({"data":[1]})"}), ElementsAre("unreadable"));
}

TEST(PageReader, EndsNumberedPagesWhereThePageSaysSo) {
  auto list = numbered(2);
  list.items = {{"data"}};
  list.more = {{"more"}};
  EXPECT_THAT(course(list, {R"({"data":[1],"more":true})", R"({"data":[2,3],"more":false})"}),
              ElementsAre("2/1", "end"));
  EXPECT_THAT(course(list, {R"({"data":[],"more":true})"}),
              ElementsAre("cut off: a page says that there is more, and is empty"));
  EXPECT_THAT(course(list, {R"({"data":[1]})"}), ElementsAre("unreadable"));
}

TEST(PageReader, FollowsTheLinkHeader) {
  auto list = numbered(2);
  list.request.query.clear();
  list.link = true;
  EXPECT_THAT(
      course(list, {"[1,2]", "[3]"}, {R"(<https://a.example/i?page=2>; rel="next")", "<x>; rel=prev"}),
      ElementsAre("https://a.example/i?page=2", "end"));
  EXPECT_THAT(course(list, {"[1,2]", "[3,4]"}, {"</i?page=2>; rel=next", "</i>; rel=first"}),
              ElementsAre("/i?page=2", "end"));
  EXPECT_THAT(course(list, {"[1]"}), ElementsAre("end"));
  EXPECT_THAT(course(list, {"[1,2]"}), ElementsAre(::testing::StartsWith("cut off: the first page is full")));
  EXPECT_THAT(course(list, {"[1,2]"}, {"<a>; rel=next, <b>; rel=next"}),
              ElementsAre("cut off: the Link header names two next pages"));
}

}  // namespace
}  // namespace pawl::api
