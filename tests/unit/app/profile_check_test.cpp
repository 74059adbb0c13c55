#include "engine/app/profile_check.hpp"

#include "config/profile_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view orders = R"(
name = "orders"
base_url = "https://shop.example"
read_first = true
[resource]
path = "/orders/{id}"
updated_at = "changed"
[read]
root = "order"
[write]
root = "order"
headers = { If-Match = "{was_header.ETag}" }
[limits]
write = "60/min"
read = "unlimited"
[error]
code = "error.code"
message = "error.text"
[whoami]
path = "/me"
account = "id"
scopes = "scopes"
[list]
path = "/orders"
query = { limit = "2", after = "{cursor}" }
limit = 2
items = "orders"
cursor = "next"
[names]
path = "/tags"
items = ""
id = "id"
name = "name"
[[rules]]
status = 422
code = "locked"
then = "throttled"
scope = "id"
[fields.state]
type = "enum"
values = { open = 1, closed = 2 }
[fields.price]
type = "number"
wire = "string"
[fields.tags]
type = "list"
compare = "set"
[fields.note]
type = "string"
nullable = true
[fields.add_tags]
verb = "add_ids"
target = "tags"
[readable]
created = "timestamp"
)";

class profile_check_test : public ::testing::Test {
 protected:
  // Each reading as one text: "name place = text", "name place - text" (not shown), "name place ! text".
  std::vector<std::string> read(sample_kind as, std::string_view text, int status = 0) const {
    auto reply = read_saved_reply(text);
    if (status != 0) reply.status = status;
    const auto answer = check_sample(*compiled.value, compiled.reading, as, reply);
    EXPECT_TRUE(answer);
    std::vector<std::string> all;
    if (!answer) return all;
    bool fits = true;
    for (const auto& r : answer->readings) {
      const char sign = r.is == reading::state::shown ? '=' : r.is == reading::state::wrong ? '!' : '-';
      fits = fits && sign != '!';
      all.push_back(r.name + " " + r.place + " " + sign + " " + r.text);
    }
    EXPECT_EQ(answer->fits(), fits);
    return all;
  }

  config::profile_result compiled = config::compile_profile(orders, "orders.toml");
};

TEST_F(profile_check_test, ShowsFieldsAsARowWouldHaveThem) {
  EXPECT_THAT(read(sample_kind::read,
                   "HTTP/2 200 \r\nETag: \"v1\"\r\n\r\n"
                   R"({"order":{"id":7,"changed":"2026-01-01T00:00:00Z","state":2,)"
                   R"("price":"12.50","tags":["a"],"created":"2025-01-01T00:00:00Z"}})"),
              ElementsAre("read.root order = the resource", "id id = 7",
                          "updated_at changed = \"2026-01-01T00:00:00Z\"", "fields.state state = \"closed\"",
                          "fields.price price = 12.50", "fields.tags tags = [\"a\"]",
                          "fields.note note - counts as null", "fields.add_tags  - changes tags",
                          "readable.created created = \"2025-01-01T00:00:00Z\"", "was_header ETag = \"v1\""));
}

TEST_F(profile_check_test, SaysWhatCannotBeReadAndWhy) {
  EXPECT_THAT(
      read(sample_kind::read, R"({"order":{"state":9,"price":{"amount":5},"note":"x","created":5}})"),
      ElementsAre("read.root order = the resource",
                  "id id ! is not shown, so the reply may be about another resource", "updated_at changed - ",
                  "fields.state state ! 9 is not one of the enum's words, as the profile says",
                  R"(fields.price price ! {"amount":5} is not a number, as the profile says)",
                  "fields.tags tags ! is not shown, and a list that nobody has seen is never replaced",
                  "fields.note note = \"x\"", "fields.add_tags  - changes tags",
                  "readable.created created ! 5 is not text with a date and time, as the profile says",
                  "was_header ETag - save the reply with curl -i, which has its headers"));
  EXPECT_THAT(
      read(sample_kind::write, R"({"id":7})"),
      ElementsAre("write.root order ! no object stands there; say where the resource stands in the reply"));
  EXPECT_THAT(read(sample_kind::read, "{\"order\""), ElementsAre("the reply  ! is not JSON, or is cut off"));
  EXPECT_THAT(read(sample_kind::whoami, "HTTP/1.1 404 Not Found\n\n{}"),
              ElementsAre("status  ! 404 is no success; show an error with --as error",
                          "whoami.account id ! the reply is not JSON, or shows no account there"));
}

TEST_F(profile_check_test, WalksAList) {
  const auto page = read(sample_kind::list, R"({"orders":[{"id":1,"state":1},{"id":2}],"next":"c2"})");
  EXPECT_THAT(std::vector(page.begin(), page.begin() + 4),
              ElementsAre("list.items orders = 2", "list.id id = 1, 2", "list goes on next = at c2",
                          "the first item  = shows:"));
  EXPECT_THAT(page, ::testing::Contains("fields.state state = \"open\""));
  EXPECT_THAT(page, ::testing::Contains("fields.tags tags - "));
  EXPECT_THAT(
      read(sample_kind::list, R"({"orders":[],"next":null})"),
      ElementsAre("list.items orders = 0", "list.id id - ", "list goes on next - this is the last page"));
  EXPECT_THAT(read(sample_kind::list, R"({"orders":[{"id":1},{"no":2}]})")[1],
              "list.id id ! item 2 shows no text and no number there");
  EXPECT_THAT(read(sample_kind::list, R"({"orders":[{"id":1},{"id":2}]})")[2],
              HasSubstr("list goes on next ! the first page is full"));
  EXPECT_THAT(read(sample_kind::list, R"([])")[0], HasSubstr("list.items orders ! "));
  EXPECT_THAT(read(sample_kind::names, R"([{"id":"t1","name":"red"}])")[1], "names.id id = t1 (red)");
}

TEST_F(profile_check_test, JudgesAnError) {
  const auto locked = read(sample_kind::error,
                           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422 X\r\nA: b\r\n\r\n"
                           R"({"error":{"code":"locked","text":"being packed"}})");
  EXPECT_EQ(locked[0], "error.code error.code = locked");
  EXPECT_EQ(locked[1], "error.message error.text = being packed");
  EXPECT_EQ(locked.back(),
            "verdict on 422 rule 1 = throttled: not applied, and sent again later; charges no attempt; its "
            "row waits");
  const auto judged = [this](const char* body, int status) {
    return read(sample_kind::error, body, status).back();
  };
  EXPECT_THAT(judged(R"({"error":{"code":"bad"}})", 400), HasSubstr("pawl's own table = refused: "));
  EXPECT_THAT(judged("{}", 400),
              HasSubstr("! refused: the API says no to this row; but nothing stands where"));
  EXPECT_THAT(judged(R"({"error":{"code":"bad"}})", 401), HasSubstr("= stop: "));
  EXPECT_THAT(judged("{}", 0), HasSubstr("verdict  - say which status it had"));
}

TEST_F(profile_check_test, NeedsWhatTheProfileHas) {
  auto without = compiled;
  without.reading.list = {};
  const auto answer = check_sample(*without.value, without.reading, sample_kind::list, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(to_string(answer.error()),
            "--as list: the profile has no [list]; describe the list there, or give another kind of reply");
}

}  // namespace
}  // namespace pawl::app
