#include "engine/client/name_fetch.hpp"

#include "tests/shells/support/reader_items.hpp"
#include "tests/shells/support/reader_walk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::client {
namespace {

namespace asio = boost::asio;
using namespace testing;

const api::list_spec& names_list() {
  static const auto list = reader_list();
  return list;
}

// n-a="a" n-b="b": the ids that the names of three items stand for.
asio::awaitable<std::string> fetch(reader_stage& s) {
  const auto names = co_await fetch_names(s.client, names_list());
  if (!names) co_return in_words(names.error());
  std::string text;
  for (const auto* name : {"n-a", "n-b", "n-c"})
    if (const auto found = names->find(name); found.is == api::name_directory::match::id)
      text += std::string{name} + "=" + std::string{found.id_json} + " ";
  co_return text;
}

reader_walk two_pages() {
  reader_walk w;
  w.serve = [](const fake_network::request& r) {
    if (r.line == "GET /me") return reply(200, R"({"account":"acme"})");
    return r.line.ends_with("after=x") ? reply(200, page_text({item_text("c")}))
                                       : reply(200, page_text({item_text("a"), item_text("b")}, "\"x\""));
  };
  w.work = fetch;
  return w;
}

TEST(FetchNames, ReadsTheListWhole) {
  const auto end = two_pages().run();
  EXPECT_EQ(end.result, R"(n-a="a" n-b="b" n-c="c" )");
  EXPECT_EQ(end.paths, (std::vector<std::string>{"/items?limit=2", "/items?limit=2&after=x"}));
  EXPECT_TRUE(end.is_clean);
}

TEST(FetchNames, GoesThroughEveryErrorAndCancellation) {
  two_pages().all();
}

// Half a list of names would resolve a name to the wrong id, or to none.
TEST(FetchNames, AnItemWithoutANameOrAnIdIsAFailure) {
  for (const auto* item : {R"({"id":"c"})", R"({"name":"n-c"})", R"({"id":null,"name":"n-c"})",
                           R"({"id":{"a":1},"name":"n-c"})", R"({"id":"c","name":["n-c"]})", "7"}) {
    SCOPED_TRACE(item);
    const auto w = two_pages();
    const auto end = w.run(w.with({"", reply(200, page_text({item})), {}}, 1, false));
    EXPECT_EQ(end.result, "mend: an item of the list shows no id or no name");
    EXPECT_EQ(end.paths.size(), 2u);
    EXPECT_TRUE(end.is_clean);
  }
}

TEST(FetchNames, TakesNumbersAndEscapedTexts) {
  const auto w = two_pages();
  const auto end =
      w.run(w.with({"", reply(200, page_text({R"({"id":7,"name":"n-\u0063"})"})), {}}, 1, false));
  EXPECT_EQ(end.result, R"(n-a="a" n-b="b" n-c="7" )");
}

}  // namespace
}  // namespace pawl::client
