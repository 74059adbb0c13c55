#include "engine/client/lister.hpp"

#include "tests/shells/support/reader_items.hpp"
#include "tests/shells/support/reader_walk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::client {
namespace {

namespace asio = boost::asio;
using namespace testing;
using texts = std::vector<std::string>;

struct listing {
  const char* name;
  std::vector<answer> answers;
  std::string result;  // the ids of each page in brackets, and how it ended
  texts paths;
};

asio::awaitable<std::string> walk_pages(reader_stage& s, const api::list_spec& list,
                                        std::string filters = {}) {
  lister pages(s.client, list, std::move(filters));
  api::item_ids ids(list.id);
  std::string text;
  for (;;) {
    const auto page = co_await pages.next();
    if (!page) co_return text.empty() ? in_words(page.error()) : text + " " + in_words(page.error());
    if (*page == nullptr) break;
    EXPECT_EQ(pages.page_sent(), s.network.requests.back().at);
    text += "[";
    for (const auto i : (*page)->items) text += std::string{ids.read(i).value_or("?")} + " ";
    if (text.back() == ' ') text.pop_back();
    text += "]";
  }
  // After the end it stays there.
  const auto after = co_await pages.next();
  EXPECT_TRUE(after && *after == nullptr);
  co_return text + " end";
}

void run(const api::list_spec& list, const std::vector<listing>& cases, const std::string& filters = {}) {
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    reader_stage s;
    s.network.answers.assign(c.answers.begin(), c.answers.end());
    EXPECT_EQ(s.result_of(walk_pages(s, list, filters)), c.result);
    EXPECT_EQ(s.paths(), c.paths);
    EXPECT_TRUE(s.network.answers.empty());
    EXPECT_TRUE(s.ends_clean());
  }
}

answer page(std::initializer_list<std::string> ids, const std::string& next = "null") {
  std::string items;
  for (const auto& id : ids) items += (items.empty() ? "" : ",") + item_text(id);
  return reply(200, page_text({items}, next));
}

const std::string first = "/items?limit=2";

TEST(Lister, FollowsTheCursorToTheLastPage) {
  run(reader_list(), {{"one page", {page({"a"})}, "[a] end", {first}},
                      {"nothing", {page({})}, "[] end", {first}},
                      {"three pages",
                       {page({"a", "b"}, "\"x\""), page({"c", "d"}, "\"y z\""), page({"e"})},
                       "[a b][c d][e] end",
                       {first, first + "&after=x", first + "&after=y%20z"}},
                      {"the last one leaves the cursor out",
                       {page({"a", "b"}, "7"), page({"c", "d"}, "")},
                       "[a b][c d] end",
                       {first, first + "&after=7"}},
                      {"an item comes twice, and a page brings nothing new",
                       {page({"a", "b"}, "\"x\""), page({"b", "a"}, "\"y\""), page({"c"})},
                       "[a b][b a][c] end",
                       {first, first + "&after=x", first + "&after=y"}}});
}

TEST(Lister, FiltersStandInTheFirstRequestOnly) {
  run(reader_list(),
      {{"two pages",
        {page({"a", "b"}, "\"x\""), page({"c"})},
        "[a b][c] end",
        {first + "&status=open", first + "&after=x"}}},
      "status=open");
}

api::list_spec numbered_list(api::hole by) {
  auto list = reader_list();
  list.cursor = {};
  list.request.query = {{"limit", {{api::hole::none, "2", {}}}}, {"at", {{by, {}, {}}}}};
  return list;
}
answer counted(std::initializer_list<std::string> ids, int total) {
  std::string items;
  for (const auto& id : ids) items += (items.empty() ? "" : ",") + item_text(id);
  return reply(200, R"({"data":[)" + items + R"(],"total":)" + std::to_string(total) + "}");
}

TEST(Lister, AsksForPagesByNumber) {
  const std::string at = "/items?limit=2&at=";
  run(numbered_list(api::hole::page),
      {{"a short one ends", {page({"a", "b"}), page({"c"})}, "[a b][c] end", {at + "1", at + "2"}},
       {"an empty one ends", {page({"a", "b"}), page({})}, "[a b][] end", {at + "1", at + "2"}},
       {"smaller pages than asked for",
        {page({"a"}), page({"b"}), page({})},
        "[a][b][] end",
        {at + "1", at + "2", at + "3"}},
       {"the number is not read",
        {page({"a", "b"}), page({"a", "b"})},
        "[a b] mend: page 2 of the list brought no item that was not there before",
        {at + "1", at + "2"}}});
  auto with_total = numbered_list(api::hole::offset);
  with_total.total = *parse_json_path("total");
  run(with_total,
      {{"to the total", {counted({"a", "b"}, 3), counted({"c"}, 3)}, "[a b][c] end", {at + "0", at + "2"}},
       {"smaller pages than asked for",
        {counted({"a"}, 2), counted({"b"}, 2)},
        "[a][b] end",
        {at + "0", at + "1"}},
       {"an item more at the begin",
        {counted({"b", "c"}, 3), counted({"c", "d"}, 4)},
        "[b c][c d] end",
        {at + "0", at + "2"}},
       {"an item less",
        {counted({"a", "b"}, 4), counted({"d"}, 3)},
        "[a b] later: the list became shorter while it was read (4 items, then 3), so items may have slipped "
        "past",
        {at + "0", at + "2"}},
       {"the offset is not read",
        {counted({"a", "b"}, 4), counted({"a", "b"}, 4)},
        "[a b] mend: page 2 of the list brought no item that was not there before",
        {at + "0", at + "2"}},
       {"it ends before the total",
        {counted({"a", "b"}, 4), counted({}, 4)},
        "[a b] mend: a page is empty after 2 of 4 items",
        {at + "0", at + "2"}}});
}

TEST(Lister, FiltersStandInEveryRequestByNumber) {
  run(numbered_list(api::hole::page),
      {{"two pages",
        {page({"a", "b"}), page({"c"})},
        "[a b][c] end",
        {"/items?limit=2&at=1&status=open", "/items?limit=2&at=2&status=open"}}},
      "status=open");
}

TEST(Lister, FollowsAddressesOfTheApiAlone) {
  auto by_link = reader_list();
  by_link.cursor = {};
  by_link.request.query = {{"limit", {{api::hole::none, "2", {}}}}};
  by_link.link = true;
  const auto link = [](const std::string& to) {
    return with_header(page({"a", "b"}), "Link", "<" + to + R"(>; rel="next", <x>; rel="first")");
  };
  const std::string elsewhere =
      "mend: the next page of the list is said to be at another address than the API: ";
  run(by_link,
      {{"a whole address",
        {link("https://api.test/items?page=2"), page({"c"})},
        "[a b][c] end",
        {first, "/items?page=2"}},
       {"a path", {link("/items?page=2"), page({"c"})}, "[a b][c] end", {first, "/items?page=2"}},
       {"a query", {link("?page=2"), page({"c"})}, "[a b][c] end", {first, "/items?page=2"}},
       {"another host", {link("https://evil.test/items")}, elsewhere + "https://evil.test/items", {first}},
       {"another scheme", {link("http://api.test/items")}, elsewhere + "http://api.test/items", {first}},
       {"no address",
        {link("abc")},
        "mend: \"abc\" stands where the next page of the list is named, and is no address",
        {first}}});
  // A cursor that is an address is followed, whether or not a parameter could take it.
  auto by_address = reader_list();
  run(by_address, {{"beside a parameter",
                    {page({"a", "b"}, R"("https://api.test/items?page=2")"), page({"c"})},
                    "[a b][c] end",
                    {first, "/items?page=2"}},
                   {"another host",
                    {page({"a", "b"}, R"("https://evil.test/items?page=2")")},
                    elsewhere + "https://evil.test/items?page=2",
                    {first}}});
  by_address.request.query.pop_back();
  run(by_address, {{"without one",
                    {page({"a", "b"}, R"("/items?page=2")"), page({"c"})},
                    "[a b][c] end",
                    {first, "/items?page=2"}}});
}

TEST(Lister, AsksWithAMethodAndABodyOfItsOwn) {
  auto list = numbered_list(api::hole::page);
  list.request.query.clear();
  list.request.method = "POST";
  list.request.headers = {{"X-Search", {{api::hole::none, "yes", {}}}}};
  api::json_template body;
  body.members = {{"page", {api::json_template::kind::hole, {}, {{api::hole::page, {}, {}}}}}};
  list.request.body = body;
  reader_stage s;
  s.network.answers = {page({"a", "b"}), page({"c"})};
  EXPECT_EQ(s.result_of(walk_pages(s, list)), "[a b][c] end");
  ASSERT_EQ(s.network.requests.size(), 2U);
  EXPECT_EQ(s.network.requests[0].line, "POST /items");
  EXPECT_EQ(s.network.requests[0].body, R"({"page":1})");
  EXPECT_EQ(s.network.requests[1].body, R"({"page":2})");
  for (const auto* head : {"\r\nX-Search: yes\r\n", "\r\nContent-Type: application/json\r\n",
                           "\r\nContent-Length: 10\r\n", "\r\nAuthorization: "})
    EXPECT_NE(s.network.requests[0].text.find(head), std::string::npos) << s.network.requests[0].text;
  EXPECT_TRUE(s.ends_clean());
}

TEST(Lister, AListThatWouldNeverEndIsAFailure) {
  const std::string same = " mend: the list names the same page as the next one again";
  const std::string barren =
      " mend: the list goes on, and 3 pages in a row brought no item that was not there before";
  run(reader_list(), {{"the same cursor twice",
                       {page({"a", "b"}, "\"x\""), page({"c", "d"}, "\"x\"")},
                       "[a b]" + same,
                       {first, first + "&after=x"}},
                      {"three pages in a row that bring nothing",
                       {page({"a", "b"}, "\"1\""), page({"a", "b"}, "\"2\""), page({"b", "a"}, "\"3\""),
                        page({"a"}, "\"4\"")},
                       "[a b][a b][b a]" + barren,
                       {first, first + "&after=1", first + "&after=2", first + "&after=3"}}});
}

TEST(Lister, APageWithNoWayOnIsAFailure) {
  auto without_cursor = reader_list();
  without_cursor.cursor = {};
  run(without_cursor, {{"full",
                        {page({"a", "b"})},
                        "mend: a page is full, and the profile does not say how the next one is asked for",
                        {first}},
                       {"not full", {page({"a"})}, "[a] end", {first}}});
  run(reader_list(), {{"the first page is full and knows no cursor",
                       {page({"a", "b"}, "")},
                       "mend: the first page is full, and shows nothing where the profile has the cursor",
                       {first}}});
  auto with_more = reader_list();
  with_more.more = *parse_json_path("more");
  run(with_more, {{"more, and no cursor",
                   {reply(200, R"({"data":[],"more":true})")},
                   "mend: a page says that there is more, and shows no cursor of the next one",
                   {first}}});
}

// The cursor that leads on is the one of the last page that could be read.
TEST(Lister, AnUnreadablePageIsAskedForAgain) {
  const answer cut = reply(200, R"({"data":[{"id":"c")");
  const answer other = reply(200, R"({"items":[]})");
  run(reader_list(), {{"twice",
                       {page({"a", "b"}, "\"x\""), cut, other, page({"c"})},
                       "[a b][c] end",
                       {first, first + "&after=x", first + "&after=x", first + "&after=x"}}});
  run(reader_list(), {{"never",
                       {cut, cut, cut, cut, cut, cut},
                       "mend: the reply is not a page of the list as the profile describes it",
                       texts(6, first)}});
}

reader_walk three_pages() {
  reader_walk w;
  w.serve = [](const fake_network::request& r) {
    if (r.line.ends_with("after=x")) return page({"c", "d"}, "\"y\"");
    if (r.line.ends_with("after=y")) return page({"e"});
    return r.line == "GET /me" ? reply(200, R"({"account":"acme"})") : page({"a", "b"}, "\"x\"");
  };
  w.work = [](reader_stage& s) -> asio::awaitable<std::string> {
    static const auto list = reader_list();
    const auto text = co_await walk_pages(s, list);
    // What came before a failure does not count.
    const auto failed = text.find(": ");
    co_return failed == std::string::npos ? text : text.substr(text.rfind(' ', failed) + 1);
  };
  return w;
}

TEST(Lister, GoesThroughEveryErrorAndCancellation) {
  EXPECT_EQ(three_pages().run().result, "[a b][c d][e] end");
  three_pages().all();
}

}  // namespace
}  // namespace pawl::client
