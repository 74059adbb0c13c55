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
      compile_profile(std::string{head} + "[list]\npath = \"/items\"\nitems = \"data\"\nwhole = true\n", "p");
  ASSERT_TRUE(compiled.value);
  EXPECT_TRUE(compiled.reading.list.whole);
  EXPECT_TRUE(compiled.reading.list.cursor.empty());
  EXPECT_EQ(to_string(compiled.reading.list.id), "id");
}

TEST(ProfileLists, SayWhatIsWrongWithThem) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[list]\nitems = \"data\"", "list.path"},
      {"[list]\npath = \"items\"\nitems = \"data\"", "is not a path"},
      {"[list]\npath = \"/items\"", "list.items"},
      {"[list]\npath = \"/items\"\nitems = \"data[].x\"", "is not a path into a page"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nquery = { c = \"{cursor}\" }",
       "list.query: nothing fills {cursor}: the profile does not say where"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nquery = { c = \"{cursors}\" }",
       "list.query.c: nothing fills {cursors} here; here stand {cursor}, {page}, {offset}, {asked}"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ncursor = \"link\"\nquery = { c = \"{cursor}\" }",
       "list.cursor: is \"link\""},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ncursor = \"next\"\nquery = { c = \"{offset}\" }",
       "list.cursor: stands beside {page} or {offset}"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nquery = { c = \"{offset}\", d = \"{page}\" }",
       "list.query: has both {page} and {offset}"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ntotal = \"t\"", "list.total: stands without {page}"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ntotal = \"t\"\nmore = \"m\"\nquery = { c = \"{offset}\" "
       "}",
       "list.total: stands beside more"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nwhole = true\nquery = { c = \"{page}\" }", "list.whole"},
      {"[list]\npath = \"/items\"\nitems = \"\"\ncursor = \"next\"",
       "list.cursor: list.cursor (\"next\") cannot be read beside list.items"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nmethod = \"DELETE\"", "list.method"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nheaders = { Host = \"x\" }", "list.headers.Host"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nmore = \"more\"", "stands without cursor"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ncursor = \"c\"\nwhole = true", "list.whole"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nlimit = 0", "list.limit"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nfilters = { colour = \"c\" }", "colour"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nfilters = { note = \"n\" }", "note"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\nfilters = { status = \"a b\" }", "query parameter"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ncolour = 1", "colour"},
      {"[names]\npath = \"/t\"\nitems = \"data\"\nid = \"id\"\nname = \"n\"\nquery = { f = \"{asked}\" }",
       "names.query.f: nothing fills {asked} here"},
      {"[names]\npath = \"/tags\"\nitems = \"data\"\nid = \"id\"", "names.name"},
      {"[names]\npath = \"/tags\"\nitems = \"data\"\nname = \"name\"", "where an item shows its id"},
      {"[whoami]\npath = \"/me\"\naccount = \"a\"\nneeds = { speak = \"x\" }", "speak"},
  };
  for (const auto& [text, named] : table) EXPECT_THAT(complaint(text), HasSubstr(named)) << text;
}

TEST(ProfileLists, SayTheLineThatReplacesTheKeysOfBefore) {
  const std::string list = "[list]\npath = \"/items\"\nitems = \"data\"\n";
  EXPECT_EQ(complaint(list +
                      "cursor = \"page.cursor\"\ncursor_parameter = \"cursor\"\nlimit_parameter = \"limit\"\n"
                      "limit = 200\n"),
            "p.toml:18: list.cursor_parameter: is not a key any more: query says the parameters; replace "
            "cursor_parameter and limit_parameter by this line: query = { cursor = \"{cursor}\", limit = "
            "\"200\" }\n");
  EXPECT_THAT(complaint(list + "cursor = \"c\"\ncursor_parameter = \"page[after]\"\n"),
              HasSubstr("replace it by this line: query = { \"page[after]\" = \"{cursor}\" }\n"));
  EXPECT_THAT(
      complaint(list + "limit = 50\nlimit_parameter = \"n\"\n"),
      HasSubstr("list.limit_parameter: is not a key any more: query says the parameters; replace it by this "
                "line: query = { n = \"50\" }"));
}

TEST(ProfileLists, SayHowAListGoesOn) {
  const auto list = [](const std::string& more) {
    const auto compiled = compile_profile(head + ("[list]\npath = \"/items?a=b\"\n" + more), "p.toml");
    EXPECT_TRUE(compiled.value) << complaint("[list]\npath = \"/items?a=b\"\n" + more);
    return compiled.reading.list;
  };
  const auto by_link = list("items = \"\"\ncursor = \"link\"\nquery = { per_page = \"100\" }\nlimit = 100\n");
  EXPECT_EQ(by_link.path, "/items?a=b");
  EXPECT_TRUE(by_link.link && by_link.cursor.empty() && by_link.items.empty() && by_link.names_next());
  EXPECT_FALSE(by_link.counts());
  EXPECT_EQ(to_string(list("items = \"data\"\ncursor = \"'link'\"").cursor), "link");
  const auto by_offset = list(
      "items = \"issues\"\ntotal = \"total_count\"\nlimit = 100\n"
      "query = { limit = \"100\", offset = \"{offset}\" }\n");
  EXPECT_TRUE(by_offset.counts() && !by_offset.names_next());
  EXPECT_EQ(to_string(by_offset.total), "total_count");
  const auto by_body = list(
      "items = \"data\"\nmethod = \"POST\"\nbody = { page = \"{page}\", size = 10 }\n"
      "headers = { X-A = \"b\" }\nmore = \"more\"");
  EXPECT_TRUE(by_body.counts() && by_body.request.body);
  EXPECT_EQ(by_body.request.method, "POST");
  EXPECT_EQ(by_body.request.headers.size(), 1U);
  // An address needs no parameter.
  EXPECT_TRUE(list("items = \"tickets\"\ncursor = \"links.next\"\nmore = \"meta.has_more\"").names_next());
}

std::string complaint_of(const std::string& text) {
  std::string all;
  for (const auto& c : compile_profile(text, "p.toml").complaints) all += to_string(c) + "\n";
  return all;
}

// `more` stands behind [fields.status]; `top` before the tables.
TEST(ProfilePaths, AHoleThatNothingFillsIsAnError) {
  const std::string start = "name = \"p\"\nbase_url = \"https://api.example\"\nunknown_fields = \"pass\"\n";
  const std::string limits = "[limits]\nwrite = \"1/s\"\nread = \"1/s\"\n";
  const std::string good = "[resource]\npath = \"/items/{id}\"\n";
  const std::vector<std::pair<std::string, std::string>> table{
      {"[resource]\npath = \"/{tenant}/items/{id}\"\n", "p.toml:5: resource.path: nothing fills {tenant}"},
      {"[resource]\npath = \"/items/{id}?x={y}\"\n", "nothing fills {y}"},
      {"[resource]\npath = \"/items/{id}/}\"\n", "nothing fills }"},
      {good + "[whoami]\npath = \"/{id}\"\naccount = \"a\"\n", "p.toml:7: whoami.path: nothing fills {id}"},
      {good + "[list]\npath = \"/items?owner={me}\"\nitems = \"data\"\n", "list.path: nothing fills {me}"},
      {good + "[names]\npath = \"/{id}/tags\"\nitems = \"data\"\nid = \"id\"\nname = \"n\"\n",
       "names.path: nothing fills {id}"},
  };
  for (const auto& [text, named] : table) EXPECT_THAT(complaint_of(start + text + limits), HasSubstr(named));
  EXPECT_EQ(complaint_of(start + good + limits), "");
}

TEST(ProfilePaths, APathThatCanNeverBeReadIsAnError) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[error]\ncode = \"errors.code\"\ndetails = \"errors[].detail\"",
       "p.toml:15: error.code: error.code (\"errors.code\") cannot be read beside error.details"},
      {"[error]\ncode = \"errors[].code\"", "error.code: \"errors[].code\" walks a list, and one value"},
      {"[error]\nmessage = \"errors[].text\"", "error.message: \"errors[].text\" walks a list"},
      {"[error]\nrequest_id = \"ids[]\"", "error.request_id"},
      {"[whoami]\npath = \"/me\"\naccount = \"spaces[].id\"", "whoami.account"},
      {"[whoami]\npath = \"/me\"\naccount = \"user.id\"\nscopes = \"user[].scope\"",
       "is a list for whoami.scopes"},
      {"[list]\npath = \"/items\"\nitems = \"data\"\ncursor = \"data.next\"", "list.cursor"},
      {"[readable]\nat = { type = \"timestamp\", path = \"log[].at\" }", "readable.at"},
      {"[readable]\nstate = { type = \"string\", path = \"status.name\" }",
       "cannot be read beside fields.status.echo"},
      {"[readable]\ntags = { type = \"list\", path = \"tags[].id\" }\nfirst = { type = \"string\", path = "
       "\"tags.first\" }",
       "readable.first"},
      {"[error]\ncode = \"errors[0].code\"\nmessage = \"errors.text\"",
       "errors is a list for error.code and an object for error.message"},
      {"[error]\ncode = [\"code\", \"errors[].code\"]", "error.code: \"errors[].code\" walks a list"},
      {"[readable]\nfirst = { type = \"string\", path = \"log[0].at.day\" }\nat = { type = \"string\", path "
       "= "
       "\"log[0].at\" }",
       "log[0].at is a single value for readable.at"},
      {"[readable]\nlog = \"string\"\nfirst = { type = \"string\", path = \"log[0]\" }",
       "log is a list for readable.first and a single value for readable.log"},
      {"[readable]\nfirst = { type = \"string\", path = \"[0].name\" }",
       "readable.first: \"[0].name\" takes the resource for a list"},
      {"[whoami]\npath = \"/me\"\naccount = \"[0].id\"\nscopes = \"scopes\"",
       "the whole is a list for whoami.account and an object for whoami.scopes"},
  };
  for (const auto& [text, named] : table) EXPECT_THAT(complaint(text), HasSubstr(named)) << text;
  const auto resource = [](const std::string& key, const std::string& path) {
    auto text = std::string{head};
    text.replace(text.find("path ="), 0, key + " = \"" + path + "\"\n");
    return complaint_of(text);
  };
  EXPECT_THAT(resource("id", "rows[].id"), HasSubstr("p.toml:5: resource.id: \"rows[].id\" walks a list"));
  EXPECT_THAT(resource("updated_at", "log[].at"), HasSubstr("resource.updated_at"));
  EXPECT_THAT(resource("id", "status.id"), HasSubstr("resource.id"));

  for (const auto* good :
       {"[error]\ncode = \"errors[0].code\"\nmessage = \"errors[0].text\"\ndetails = \"errors\"",
        "[error]\ncode = [\"errors[0].code\", \"errors.code\"]\nmessage = [\"errors.text\", "
        "\"errors[0].text\"]",
        "[error]\ncode = \"[0].code\"\nmessage = \"message\"",
        "[whoami]\npath = \"/me\"\naccount = \"[0].id\"",
        "[readable]\nplan = { type = \"string\", path = \"f[id=1].value\" }\nsize = { type = \"number\", "
        "path = "
        "\"f[id=2].value\" }\nall = { type = \"list\", path = \"f\" }\nids = { type = \"list\", path = "
        "\"f[].id\" }",
        "[error]\ncode = \"error.code\"\nmessage = \"error\"", "[error]\ndetails = \"errors[].detail\"",
        "[readable]\nowner = { type = \"object\" }\nowner_mail = { type = \"string\", path = \"owner.mail\" "
        "}",
        "[readable]\ntags = \"list\"\nids = { type = \"list\", path = \"tags[].id\" }",
        "[whoami]\npath = \"/me\"\naccount = \"id\"\nscopes = \"roles[].name\""})
    EXPECT_EQ(complaint(good), "") << good;
}

TEST(ProfileRoots, SayWhereTheResourceStandsInAReply) {
  const auto made = compile_profile(
      std::string{head} + "[write]\nroot = \"posts[0]\"\nid = \"key\"\n[read]\nroot = \"[0]\"\n", "p.toml");
  ASSERT_TRUE(made.value) << complaint("[write]\nroot = \"posts[0]\"");
  EXPECT_EQ(made.value->reply.write_root, *parse_json_path("posts[0]"));
  EXPECT_EQ(made.value->reply.read_root, *parse_json_path("[0]"));
  EXPECT_EQ(made.value->reply.write_id, parse_json_path("key"));
  const auto unchecked = compile_profile(std::string{head} + "[write]\nid = \"\"\n", "p.toml");
  ASSERT_TRUE(unchecked.value);
  EXPECT_EQ(unchecked.value->reply.write_id, json_path{});
  EXPECT_EQ(unchecked.value->reply.write_root, json_path{});

  const std::vector<std::pair<std::string, std::string>> table{
      {"[write]\nroot = \"posts[]\"", "write.root: \"posts[]\" walks a list, and one place is needed"},
      {"[read]\nroot = \"a..b\"", "read.root: \"a..b\" is not a path into a reply"},
      {"[write]\nid = \"keys[]\"", "write.id: \"keys[]\" walks a list"},
      {"[write]\nid = \"[0].key\"", "write.id: \"[0].key\" takes the resource for a list"},
      {"[write]\nid = \"status.id\"", "cannot be read beside"},
      {"[read]\nrot = \"a\"", "read.rot: is not a known key; did you mean root?"},
  };
  for (const auto& [text, named] : table) EXPECT_THAT(complaint(text), HasSubstr(named)) << text;
  for (const auto* key : {"root", "id"})
    EXPECT_THAT(complaint_of("reply = \"none\"\n" + std::string{head} + "[write]\n" + key + " = \"a\"\n"),
                HasSubstr("write." + std::string{key} + ": is never looked at"));
}

TEST(ProfileLists, SayHowAResourceIsFoundByAValue) {
  const auto compiled = compile_profile(
      std::string{head} +
          "[match.status]\npath = \"/search\"\nmethod = \"POST\"\nbody = { q = \"{value}\", at = "
          "\"{cursor}\" }\n"
          "items = \"data\"\nid = \"n\"\ncursor = \"next\"\nlimit = 50\ncompare = \"nocase\"\n",
      "p");
  ASSERT_TRUE(compiled.value);
  ASSERT_EQ(compiled.reading.matches.size(), 1u);
  const auto& m = compiled.reading.matches.front();
  EXPECT_EQ(m.field, "status");
  EXPECT_FALSE(m.is_single);
  EXPECT_TRUE(m.nocase);
  EXPECT_EQ(to_string(m.list.id), "n");
  EXPECT_EQ(m.list.page_size, 50u);
}

TEST(ProfileLists, SayWhatIsWrongWithAWayToMatch) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[match.status]\nquery = { q = \"{value}\" }", "match.status.path: is missing"},
      {"[match.status]\npath = \"/x\"", "does not ask for a value; put {value} where"},
      {"[match.status]\npath = \"/x/{id}\"",
       "match.status.path: nothing fills {id} here; here stand {value}"},
      {"[match.status]\npath = \"/x/{value}\"\nbody = { a = \"b\" }", "belongs to no GET"},
      {"[match.status]\npath = \"/x/{value}\"\ncursor = \"next\"",
       "match.status.items: is missing, and the reply"},
      {"[match.status]\npath = \"/x/{value}\"\ncompare = \"fuzzy\"", "is neither exact nor nocase"},
      {"[match.status]\npath = \"/x/{value}\"\nfilters = {}", "match.status.filters: is not a known key"},
      {"[match.status]\npath = \"/x/{value}\"\nheaders = { Authorization = \"x\" }",
       "match.status.headers.Authorization: is"},
      {"[match.other]\npath = \"/x/{value}\"", "match.other: is not a text or a number that the API shows"},
      {"[match.note]\npath = \"/x/{value}\"", "match.note: is not a text or a number that the API shows"},
  };
  for (const auto& [text, expected] : table) EXPECT_THAT(complaint(text), HasSubstr(expected)) << text;
}

}  // namespace
}  // namespace pawl::config
