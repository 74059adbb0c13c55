#include "engine/api/page_reader.hpp"

#include "tests/unit/api/thread_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::api {
namespace {

using ::testing::ElementsAre;

list_spec threads() {
  list_spec list;
  list.path = "/threads";
  list.limit_parameter = "limit";
  list.page_size = 200;
  list.cursor_parameter = "cursor";
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
  result.cursor = into.cursor;
  result.is_last = into.is_last;
  result.cut_off = !into.cut_off.empty();
  return result;
}

TEST(PageReader, FindsItemsAndTheNextPage) {
  const auto p =
      read(threads(), R"({"data":[{"id":"a"}, {"id":"b"}],"page":{"cursor":"x\/y","has_more":true}})");
  ASSERT_TRUE(p.readable);
  EXPECT_THAT(p.items, ElementsAre(R"({"id":"a"})", R"({"id":"b"})"));
  EXPECT_EQ(p.cursor, "x/y");
  EXPECT_FALSE(p.is_last);
}

TEST(PageReader, KnowsTheLastPage) {
  for (const auto* last :
       {R"({"data":[],"page":{"cursor":null,"has_more":false}})", R"({"data":[],"page":{"has_more":false}})",
        R"({"data":[],"page":{"cursor":"left over","has_more":false}})"}) {
    const auto p = read(threads(), last);
    EXPECT_TRUE(p.readable && p.is_last) << last;
  }
  auto by_cursor = threads();
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
  EXPECT_TRUE(read(threads(), R"({"data":[],"page":{"cursor":"c","has_more":true}})").readable);
  for (const auto* broken :
       {"", "[]", "<html>", R"({"data":[)", R"({"page":{"has_more":false}})",
        R"({"data":{},"page":{"has_more":false}})", R"({"data":null,"page":{"has_more":false}})",
        R"({"data":[1,],"page":{"has_more":false}})", R"({"data":[],"page":{}})", R"({"data":[]})",
        R"({"data":[],"page":{"cursor":"c"}})", R"({"data":[],"page":{"has_more":"true","cursor":"c"}})",
        R"({"data":[],"page":{"has_more":true,"cursor":{}}})"})
    EXPECT_FALSE(read(threads(), broken).readable) << broken;
}

// More is there, or may be, and nobody can ask for it: what was read is not the list.
TEST(PageReader, TellsAPageWithoutAWayOn) {
  auto paged = threads();
  paged.page_size = 2;
  auto by_cursor = paged;
  by_cursor.more.clear();
  auto alone = by_cursor;
  alone.cursor.clear();
  alone.cursor_parameter.clear();
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
  auto list = threads();
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
  auto list = threads();
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

TEST(PageReader, AsksForPagesWithoutChangingWhatACursorSays) {
  EXPECT_EQ(first_page(threads(), ""), "/threads?limit=200");
  EXPECT_EQ(first_page(threads(), "status=open"), "/threads?limit=200&status=open");
  EXPECT_EQ(next_page(threads(), "a b+c/=&"), "/threads?limit=200&cursor=a%20b%2Bc%2F%3D%26");
  auto bare = threads();
  bare.limit_parameter.clear();
  EXPECT_EQ(first_page(bare, ""), "/threads");
  EXPECT_EQ(next_page(bare, "c"), "/threads?cursor=c");
}

TEST(PageReader, LeavesToTheApiWhatItCanTest) {
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

}  // namespace
}  // namespace pawl::api
