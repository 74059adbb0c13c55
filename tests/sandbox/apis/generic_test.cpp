#include "tests/sandbox/apis/generic_description.hpp"
#include "tests/sandbox/vendor_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace sandbox {
namespace json = boost::json;
namespace {

using ::testing::HasSubstr;

vendor_options described(const std::string& text) {
  vendor_options options;
  options.api_file = ::testing::TempDir() + "api-" + std::to_string(hash_text(text)) + ".json";
  std::ofstream{options.api_file} << text;
  return options;
}

struct generic_fixture : vendor_fixture {
  explicit generic_fixture(const std::string& description, std::uint64_t resources = 5,
                           limited limits = limited::no)
      : vendor_fixture("generic", "Bearer k", resources, limits, described(description)) {}
};

constexpr const char* wrapped = R"({
  "root": "/api/v1",
  "auth": { "header": "X-Key", "scheme": "" },
  "id": { "type": "integer" },
  "times": { "form": "unix", "created": "" },
  "read": { "path": "/things/{id}.json", "reply": { "data": { "thing": "{resource}" } } },
  "write": { "method": "PUT", "path": "/things/{id}.json", "fields_at": "thing.0", "reply": null },
  "guard": { "header": "If-Match", "status": 412 },
  "unknown": "refuse",
  "fields": { "title": { "type": "string", "nullable": false }, "state": { "values": ["on", "off"] },
              "serial": { "read_only": true } },
  "example": { "title": "Thing {id}", "state": "on", "serial": "{n}" },
  "error": { "errors": [ "{status} {code}: {message}" ] },
  "invalid_status": 400
})";

TEST(Generic, SpeaksAsItIsDescribed) {
  generic_fixture f{wrapped};
  f.sent["X-Key"] = "k";
  const auto read = f.get("/api/v1/things/2.json");
  const json::value thing = read.json().at("data").at("thing");
  EXPECT_EQ(thing.at("id"), 2);
  EXPECT_EQ(thing.at("title"), "Thing 2");
  EXPECT_EQ(thing.at("serial"), 2);
  EXPECT_TRUE(thing.at("updated_at").is_int64());
  EXPECT_FALSE(thing.as_object().contains("created_at"));
  const auto written = f.send("PUT", "/api/v1/things/2.json", R"({"thing":[{"title":"new"}]})");
  EXPECT_EQ(written.status, 204);
  EXPECT_EQ(f.of("2").at("fields").at("title"), "new");
  EXPECT_EQ(f.send("PUT", "/api/v1/things/2.json", R"({"thing":[{"title":"x"}]})",
                   {{"If-Match", read.headers.at("ETag")}})
                .status,
            412);
}

// The page has every member; those that it leaves out by default are the exceptions that it names.
TEST(Generic, ReadsTheDescriptionOfItsPage) {
  std::ifstream in(PAWL_REHEARSAL);
  const std::string page{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto begin = page.find("```json\n") + 8;
  auto description = json::parse(page.substr(begin, page.find("\n```", begin) - begin));
  const auto all = read_description(description);
  EXPECT_EQ(all.guard_header, "If-Match");
  EXPECT_EQ(all.key_header, "Idempotency-Key");
  EXPECT_EQ(all.limits.size(), 4u);
  EXPECT_EQ(all.rate_reset, "X-RateLimit-Reset");
  const api_description none;
  EXPECT_EQ(all.list_path, none.list_path);
  EXPECT_EQ(all.error, none.error);
  EXPECT_EQ(all.example, none.example);
  EXPECT_EQ(all.invalid_status, none.invalid_status);
  for (const auto& member : description.as_object()) {
    auto other = description.as_object();
    other[std::string{member.key()} + "_"] = member.value();
    EXPECT_THROW(read_description(other), std::runtime_error) << member.key();
  }
}

TEST(Generic, AnswersARepeatedKeyAsTheFirstTime) {
  generic_fixture f{R"({ "idempotency": { "header": "Idempotency-Key" } })"};
  const auto write = [&f](const char* key, const char* body) {
    return f.send("PATCH", "/items/item-1", body, {{"Idempotency-Key", key}});
  };
  EXPECT_THAT(f.send("PATCH", "/items/item-1", R"({"title":"x"})").body, HasSubstr("key_missing"));
  EXPECT_EQ(write("k1", R"({"title":"x"})").status, 200);
  EXPECT_EQ(write("k2", R"({"title":"y"})").status, 200);
  const auto again = write("k1", R"({"title":"x"})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.json().at("title"), "x") << "as it was then";
  EXPECT_EQ(f.of("item-1").at("fields").at("title"), "y") << "and nothing is written";
  EXPECT_EQ(write("k1", R"({"title":"z"})").status, 422);
}

TEST(Generic, ValidatesAsItIsDescribed) {
  generic_fixture f{wrapped};
  f.sent["X-Key"] = "k";
  for (const auto& [fields, text] : std::map<std::string, std::string>{
           {R"({"title":null})", "400 invalid: title must not be null"},
           {R"({"title":7})", "must be of type string"},
           {R"({"state":"maybe"})", "not allowed"},
           {R"({"serial":"9"})", "read only"},
           {R"({"titel":"x"})", "not known"},
       }) {
    const auto a = f.send("PUT", "/api/v1/things/1.json", "{\"thing\":[" + fields + "]}");
    EXPECT_EQ(a.status, 400) << fields;
    EXPECT_THAT(a.body, HasSubstr(text));
  }
  EXPECT_EQ(f.send("PUT", "/api/v1/things/1.json", R"({"title":"x"})").status, 400);
  EXPECT_EQ(f.get("/api/v1/things/99.json").status, 404);
  EXPECT_EQ(f.send("GET", "/api/v1/things/1.json", "", {{"X-Key", "no"}}).status, 401);
}

TEST(Generic, WritesMergeOrReplace) {
  const auto after = [](const char* how) {
    generic_fixture f{std::string{R"({"example":{"a":1,"o":{"x":1,"y":2}},"write":{"how":")"} + how + "\"}}"};
    EXPECT_EQ(f.send("PATCH", "/items/item-1", R"({"o":{"y":3}})").status, 200);
    return json::serialize(f.of("item-1").at("fields"));
  };
  EXPECT_EQ(after("merge"), R"({"a":1,"o":{"y":3}})");
  EXPECT_EQ(after("merge_deep"), R"({"a":1,"o":{"x":1,"y":3}})");
  EXPECT_EQ(after("replace"), R"({"o":{"y":3}})");
}

TEST(Generic, ListsInEachStyle) {
  const std::string reply =
      R"(,"reply":{"rows":"{items}","next":"{next}","total":"{total}","more":"{more}"}}})";
  for (const std::string style : {"page", "offset", "cursor", "link"}) {
    generic_fixture f{R"({"list":{"size":2,"style":")" + style + "\"" + reply, 5};
    std::string place;
    std::size_t seen = 0;
    for (int pages = 0; pages < 5; ++pages) {
      const std::string parameter = style == "link" ? "page" : style;
      const auto a = f.get("/items" + (place.empty() ? "" : "?" + parameter + '=' + place));
      const json::value page = a.json();
      seen += page.at("rows").as_array().size();
      EXPECT_EQ(page.at("total"), 5);
      EXPECT_EQ(page.at("more"), page.at("next").is_string());
      EXPECT_EQ(a.headers.contains("Link"), style == "link" && page.at("more") == true);
      if (!page.at("next").is_string()) break;
      place = page.at("next").as_string().c_str();
    }
    EXPECT_EQ(seen, 5u) << style;
  }
  generic_fixture f{"{}"};
  EXPECT_EQ(f.get("/items?title=Item%20item-3").json().as_array().size(), 1u);
}

TEST(Generic, LimitsAndHeadersAreTheDescribedOnes) {
  generic_fixture f{R"({"limits":{"all":"2/10s"},"throttle":{"status":403,"message":"slow down"},
                "rate_headers":{"remaining":"Left","reset":"In","reset_is":"left"}})",
                    5, vendor_fixture::limited::as_the_api};
  f.get("/items/item-1");
  EXPECT_EQ(f.get("/items/item-1").headers.at("Left"), "0");
  const auto refused = f.get("/items/item-1");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.headers.at("In"), "10");
  EXPECT_EQ(refused.headers.at("Retry-After"), "10");
  EXPECT_THAT(refused.body, HasSubstr("slow down"));
}

TEST(Generic, ADescriptionThatCannotBeReadIsRefusedByTheMember) {
  for (const auto& [text, what] : std::map<std::string, std::string>{
           {R"({"rooot":""})", "`rooot` is not known"},
           {R"({"list":{"style":"x"}})", "`list.style` must be one of page, offset, cursor, link"},
           {R"({"fields":{"a":{"type":"x"}}})", "`fields.a.type` must be one of"},
           {R"({"limits":{"all":"x"}})", "`limits` all: "},
           {R"({"guard":{}})", "`guard` needs either"},
           {R"([])", "must be an object"},
           {R"({)", "not valid JSON"},
       }) {
    try {
      read_description_file(described(text).api_file);
      ADD_FAILURE() << text;
    } catch (const std::runtime_error& wrong) {
      EXPECT_THAT(wrong.what(), HasSubstr(what));
    }
  }
}

TEST(Generic, AFilterFindsWhatIsSaid) {
  const auto found = [](const char* filter, const char* query) {
    generic_fixture f{std::string{R"({"example":{"mail":"User{n}@x"},"list":{"filter":")"} + filter + "\"}}",
                      12};
    return f.get(std::string{"/items?mail="} + query).json().as_array().size();
  };
  EXPECT_EQ(found("exact", "User1%40x"), 1u);
  EXPECT_EQ(found("exact", "user1%40x"), 0u);
  EXPECT_EQ(found("contains", "user1"), 4u);
}

TEST(Generic, ARulePutsBackWhatWasWritten) {
  auto options = described(R"({"example":{"title":"Item {n}"}})");
  options.revert_share = 0.5;
  options.revert_after = 2 * one_second;
  vendor_fixture f{"generic", "Bearer k", 40, vendor_fixture::limited::no, options};
  const auto title = [&f](int n) {
    return std::string{f.of("item-" + std::to_string(n)).at("fields").at("title").as_string()};
  };
  for (int n = 1; n <= 40; ++n)
    ASSERT_EQ(f.send("PATCH", "/items/item-" + std::to_string(n), R"({"title":"new"})").status, 200);
  f.now += 2 * one_second - 1;
  for (int n = 1; n <= 40; ++n) EXPECT_EQ(title(n), "new");
  f.now += 1;
  int back = 0;
  for (int n = 1; n <= 40; ++n) back += title(n) == "Item " + std::to_string(n);
  EXPECT_GT(back, 10);
  EXPECT_LT(back, 30);
}

}  // namespace
}  // namespace sandbox
