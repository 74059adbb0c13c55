// How the resource of a row is found by a value: what is asked, and what of the answer counts.
#include "engine/api/matching.hpp"

#include "config/profile_loader.hpp"
#include "engine/api/list_request.hpp"
#include "engine/text/json_padding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using seen = match_hits::seen;

constexpr const char* people = R"(
name = "people"
base_url = "https://people.example"
[resource]
path = "/people/{id}"
[limits]
write = "1/s"
read = "1/s"
[list]
path = "/people"
query = { after = "{cursor}" }
items = "data"
cursor = "next"
filters = { email = "mail", badge = "badge_no", state = "state", tags = "tag" }
[match.phone]
path = "/people/{value}"
query = { by = "phone" }
[match.badge]
path = "/search"
method = "POST"
body = { query = { badge = "{value}", text = "no {value}" }, after = "{cursor}" }
items = "data"
id = "person.id"
cursor = "next"
[match.nick]
path = "/nicks"
query = { nick = "{value}" }
items = ""
compare = "nocase"
[fields.email]
type = "string"
[fields.phone]
type = "string"
[fields.badge]
type = "number"
wire = "string"
at = "person.badge"
[fields.state]
type = "enum"
values = ["on", "off"]
[fields.tags]
type = "list"
compare = "set"
[readable]
nick = { type = "string", path = "names.nick" }
)";

const config::profile_result& loaded() {
  static const auto made = config::compile_profile(people, "people.toml");
  for (const auto& c : made.complaints) throw std::runtime_error(to_string(c));
  return made;
}

match_way way(const std::string& field) {
  auto found = way_to_match(field, *loaded().value, loaded().reading);
  if (!found) throw std::runtime_error(to_string(found.error()));
  return *std::move(found);
}

match_request request(const std::string& field, const std::string& value) {
  const auto w = way(field);
  return request_for(w, *as_json(w, value), asked_names(*loaded().value));
}

TEST(Matching, TheProfileSaysByWhichFields) {
  EXPECT_THAT(fields_to_match(*loaded().value, loaded().reading),
              ElementsAre("phone", "badge", "nick", "email"))
      << "neither an enumeration nor a list names a resource";
  for (const auto* wrong : {"state", "tags", "name"}) {
    const auto none = way_to_match(wrong, *loaded().value, loaded().reading);
    ASSERT_FALSE(none) << wrong;
    EXPECT_EQ(none.error().kind, failure_kind::usage);
    EXPECT_THAT(to_string(none.error()),
                HasSubstr("does not say how a resource is found by \"" + std::string{wrong} +
                          "\"; match by one of phone, badge, nick, email, or describe it as [match."));
  }
  EXPECT_THAT(to_string(way_to_match("x", profile{}, reading_spec{}).error()),
              HasSubstr("it says so of no field"));
}

TEST(Matching, AsksForOneValue) {
  const auto by_filter = request("email", "ann+1@x.org&,");
  EXPECT_EQ(page_request(by_filter.list, by_filter.filters, {}).target, "/people?mail=ann%2B1%40x.org%26%2C");
  const auto alone = request("phone", "+49/30 {1}");
  EXPECT_TRUE(alone.is_single);
  EXPECT_EQ(alone.single.target, "/people/%2B49%2F30%20%7B1%7D?by=phone");
  const auto searched = request("badge", "7");
  EXPECT_FALSE(searched.is_single);
  const auto call = page_request(searched.list, searched.filters, {"c2"});
  EXPECT_EQ(call.target, "/search");
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.body, R"({"query":{"badge":"7","text":"no 7"},"after":"c2"})");
  EXPECT_EQ(request("nick", "a b").list.path, "/nicks");
  EXPECT_EQ(as_json(way("badge"), "x7"), std::nullopt) << "no resource has such a number";
}

struct found {
  const char *field, *value, *item;
  seen is;
};

TEST(Matching, HoldsWhatComesAgainstTheValue) {
  const found table[] = {
      {"email", "ann@x", R"({"id":"1","email":"ann@x"})", seen::fits},
      {"email", "ann@x", R"({"id":1,"email":"\u0061nn@x"})", seen::fits},
      {"email", "ann@x", R"({"id":"1","email":"Ann@x"})", seen::other},
      {"email", "ann@x", R"({"id":"1","email":"joann@x"})", seen::other},
      {"email", "ann@x", R"({"id":"1","email":null})", seen::other},
      {"email", "ann@x", R"({"id":"1"})", seen::other},
      {"email", "null", R"({"id":"1","email":null})", seen::other},
      {"email", "ann@x", R"({"email":"ann@x"})", seen::no_id},
      {"email", "ann@x", R"({"id":{},"email":"ann@x"})", seen::no_id},
      {"email", "ann@x", R"({"id":"1","email":)", seen::unreadable},
      {"nick", "Größe", R"({"id":"1","names":{"nick":"gRÖSSE"}})", seen::other},
      {"nick", "Ölaf", R"({"id":"1","names":{"nick":"ölAF"}})", seen::fits},
      {"badge", "7", R"({"person":{"id":"1","badge":"7.0"}})", seen::fits},
      {"badge", "7", R"({"person":{"id":"1","badge":7}})", seen::fits},
      {"badge", "7", R"({"person":{"id":"1","badge":"70"}})", seen::other},
  };
  for (const auto& t : table) {
    const auto w = way(t.field);
    match_hits hits(w);
    hits.begin(*as_json(w, t.value));
    const auto padded = std::string{t.item} + std::string(json_padding, ' ');
    EXPECT_EQ(hits.see(std::string_view{padded}.substr(0, std::string_view{t.item}.size())), t.is) << t.item;
    EXPECT_EQ(hits.ids().size(), t.is == seen::fits ? 1u : 0u) << t.item;
  }
}

TEST(Matching, AResourceThatComesTwiceIsOne) {
  const auto w = way("email");
  match_hits hits(w);
  hits.begin("\"a\"");
  for (const std::string id : {"7", "7", "8", "9"}) {
    const auto item = R"({"email":"a","id":")" + id + "\"}";
    const auto padded = item + std::string(json_padding, ' ');
    EXPECT_EQ(hits.see(std::string_view{padded}.substr(0, item.size())), seen::fits);
  }
  EXPECT_THAT(hits.ids(), ElementsAre("7", "8"));
  hits.begin("\"b\"");
  EXPECT_TRUE(hits.ids().empty());
}

}  // namespace
}  // namespace pawl::api
