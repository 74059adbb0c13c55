#include "config/profile_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* head = R"(
name = "p"
base_url = "https://api.example"
[resource]
path = "/items/{id}"
[limits]
write = "1/s"
read = "1/s"
[fields.status]
type = "string"
[fields.note]
type = "string"
compare = "none"
)";

std::string complaint(const std::string& more) {
  std::string all;
  for (const auto& c : compile_profile(head + more, "p.toml").complaints) all += to_string(c) + "\n";
  return all;
}

TEST(ProfileLists, TheEmbeddedProfilesSayHowToRead) {
  const auto compiled = compile_profile(*embedded_profile("productlane"), "productlane.toml");
  ASSERT_TRUE(compiled.value);
  const auto& r = compiled.reading;
  EXPECT_THAT(r.needs.read, ElementsAre("threads:read"));
  EXPECT_THAT(r.needs.write, ElementsAre("threads:write"));
  EXPECT_THAT(r.needs.names, ElementsAre("tags:read"));
  EXPECT_EQ(r.list.path, "/threads");
  EXPECT_EQ(r.list.page_size, 200u);
  EXPECT_EQ(to_string(r.list.id), "id");
  EXPECT_EQ(to_string(r.list.cursor), "page.cursor");
  EXPECT_EQ(r.list.filters.size(), 5u);
  EXPECT_EQ(r.names.path, "/tags");
  EXPECT_EQ(to_string(r.names.name), "name");
  EXPECT_THAT(r.rename_hint, HasSubstr("PATCH /tags/{id}"));
}

TEST(ProfileLists, AListWithoutPagesIsOnePage) {
  const auto compiled =
      compile_profile(std::string{head} + "[list]\npath = \"/items\"\nitems = \"data\"\n", "p");
  ASSERT_TRUE(compiled.value);
  EXPECT_TRUE(compiled.reading.list.cursor.empty());
  EXPECT_EQ(to_string(compiled.reading.list.id), "id");
}

TEST(ProfileLists, SayWhatIsWrongWithThem) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[list]\nitems = \"data\"", "list.path"},
      {"[list]\npath = \"items\"\nitems = \"data\"", "is not a path"},
      {"[list]\npath = \"/items\"", "list.items"},
      {"[list]\npath = \"/items\"\nitems = \"data[].x\"", "is not a path into a page"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ncursor = \"next\"", "cursor_parameter"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nmore = \"more\"", "stands without cursor"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nlimit = 10", "limit_parameter"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nlimit = 0\nlimit_parameter = \"n\"", "list.limit"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nfilters = { colour = \"c\" }", "colour"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nfilters = { note = \"n\" }", "note"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nfilters = { status = \"a b\" }", "query parameter"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ncolour = 1", "colour"},
      {"[names]\npath = \"/tags\"\nitems = \"data\"\nid = \"id\"", "names.name"},
      {"[names]\npath = \"/tags\"\nitems = \"data\"\nname = \"name\"", "where an item shows its id"},
      {"[whoami]\npath = \"/me\"\naccount = \"a\"\nneeds = { speak = \"x\" }", "speak"},
  };
  for (const auto& [text, named] : table) EXPECT_THAT(complaint(text), HasSubstr(named)) << text;
}

}  // namespace
}  // namespace pawl::config
