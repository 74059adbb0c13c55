// The table of a profile's keys is that of the loader, both ways, and its defaults are the loader's.
#include "config/profile_keys.hpp"

#include "config/profile_text.hpp"
#include "tests/unit/config/profile_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pawl::config {
namespace {

using namespace by_text;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using table_and_key = std::pair<std::string, std::string>;

// A profile that has the key in its table, whatever else may be wrong with it.
std::string with_key(const profile_key& k) {
  const std::string table{k.table}, line = std::string{k.key} + " = \"x\"\n";
  if (table.empty()) return line;
  if (table == "rules") return "[[rules]]\n" + line;
  if (table == "limits.all") return "[limits]\nall = [{ " + std::string{k.key} + " = \"x\" }]\n";
  if (table == "fields.X.requires")
    return "[fields.X]\nrequires = [{ " + std::string{k.key} + " = \"x\" }]\n";
  if (table.starts_with("fields.X.members"))
    return "[fields.X]\ntype = \"object\"\n[" + table + "]\n" +
           (k.key == "type" ? "" : "type = \"object\"\n") + line;
  if (table.starts_with("fields.X"))
    return "[" + table + "]\n" + (k.key == "type" ? "" : "type = \"list\"\n") + line;
  return "[" + table + "]\n" + line;
}

TEST(ProfileKeys, AreAllKnownToTheLoader) {
  for (const auto& k : profile_keys()) {
    const auto text = with_key(k);
    std::set<std::string> asked;
    const key_watch watch = [&asked](const std::string&, std::string_view key) { asked.emplace(key); };
    const auto made = compile_profile(text, "p.toml", {}, &watch);
    EXPECT_THAT(texts(made.complaints), Not(Contains(HasSubstr(std::string{k.key} + ": is not a known key"))))
        << text;
    EXPECT_THAT(asked, Contains(std::string{k.key})) << text;
  }
}

// Names that a profile chooses stand in these.
bool holds_names(const std::string& table) {
  const auto last = table.substr(table.rfind('.') + 1);
  const std::set<std::string> known{"query",  "headers", "filters",         "values",   "members",
                                    "fields", "vars",    "request_headers", "readable", "match"};
  return known.contains(last);
}

TEST(ProfileKeys, HaveEveryKeyThatTheLoaderAsksFor) {
  // Keys that the loader knows in order to refuse them with the way out.
  const std::set<table_and_key> refused{{"list", "cursor_parameter"},  {"list", "limit_parameter"},
                                        {"names", "cursor_parameter"}, {"names", "limit_parameter"},
                                        {"quiet", "method"},           {"quiet", "path"}};
  std::set<table_and_key> known;
  for (const auto& k : profile_keys()) known.emplace(k.table, k.key);
  std::set<table_and_key> asked;
  const key_watch watch = [&asked](const std::string& table, std::string_view key) {
    if (!holds_names(table)) asked.emplace(table, key);
  };
  for (const auto* text : {R"(
name = "p"
base_url = "https://h.example"
read_first = true
vars = { NAME = "x" }
resource.path = "/x/{id}"
write.method = "PUT"
write.query = { NAME = "x" }
read.query = { NAME = "x" }
read_many = { path = "/x", size = 2, query = { NAME = "{id}" } }
write_many = { path = "/x", size = 2, body = [{ NAME = "{id}" }] }
quiet.query = { NAME = "x" }
auth = { token_env = "X" }
limits = { all = [{ rate = "1/s" }], each = [{ rate = "1/s" }] }
reply_headers = {}
request_headers = { NAME = "x" }
error = {}
whoami = { path = "/me", account = "id", needs = {} }
list = { path = "/x", items = "", filters = { X = "x" } }
names = { path = "/x", items = "", id = "id", name = "name" }
match = { X = { path = "/x", query = { NAME = "{value}" } } }
rules = [{ status = 400, then = "throttled" }]
[fields.X]
type = "object"
members = { Y = { type = "object", members = { Y = { type = "string" } } } }
requires = [{ when = "x", needs = "X" }]
[fields.V]
verb = "add_ids"
target = "X"
[fields."*"]
type = "string"
[readable]
X = { type = "string" }
)",
                           "auth = { token_env = \"X\", basic = \"{token}:\" }\n"})
    compile_profile(text, "p.toml", {.values = {}, .may_lack = true}, &watch);
  for (auto [table, key] : asked) {
    if (refused.contains({table, key})) continue;
    if (table == "fields.V" || table == "fields.*") table = "fields.X";
    if (table == "fields.X.members.Y.members.Y") table = "fields.X.members.Y";
    if (table == "limits.each") table = "limits.all";
    EXPECT_TRUE(known.contains({table, key})) << "the loader asks for " << key << " in [" << table << "]";
  }
}

TEST(ProfileKeys, EachSaysWhatItIs) {
  std::set<table_and_key> seen;
  std::string last;
  std::set<std::string> tables;
  for (const auto& k : profile_keys()) {
    EXPECT_TRUE(seen.emplace(k.table, k.key).second) << k.table << "." << k.key << " stands there twice";
    EXPECT_FALSE(k.default_value.empty() && k.default_note.empty()) << k.table << "." << k.key;
    EXPECT_TRUE(k.meaning.ends_with('.')) << k.table << "." << k.key;
    if (k.table != last) {
      EXPECT_TRUE(tables.emplace(k.table).second) << k.table;
    }
    last = k.table;
  }
}

std::string in_full(std::string_view text) {
  const auto made = compile_profile(text, "p.toml", {.values = {}, .may_lack = true});
  EXPECT_THAT(texts(made.complaints), ElementsAre()) << text;
  return made.value ? profile_in_full(read_toml(text, "p.toml").root, made) : "";
}

std::string without_comments(const std::string& text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    auto line = text.substr(at, end - at);
    if (const auto comment = line.rfind("  # "); comment != std::string::npos) line.erase(comment);
    while (line.ends_with(' ')) line.pop_back();
    kept += line + "\n";
    at = end + 1;
  }
  return kept;
}

TEST(ProfileText, SaysWhereEachValueComesFrom) {
  const auto text =
      in_full(minimal("[fields.state]\ntype = \"enum\"\nvalues = [\"a\"]\n"
                      "[fields.until]\ntype = \"timestamp\"\ntogether = \"state\"\n"
                      "[fields.owner]\ntype = \"string\"\nsend = { id = \"{value}\" }\n"));
  const auto has = [&text](const std::string& line, const std::string& from) {
    EXPECT_THAT(text, HasSubstr(fmt::format("\n{:<56}  # {}\n", line, from)));
  };
  EXPECT_TRUE(text.starts_with("name = \"p\" ")) << text;
  has("base_url = \"https://h.example\"", "line 2");
  has("reply = \"resource\"", "default");
  has("path = \"/x/{id}\"", "line 4");
  has("path = \"/x/{id}\"", "from [resource]");
  has("method = \"PATCH\"", "default");
  has("method = \"PATCH\"", "from [resource]");
  has("id = \"id\"", "from [resource]");
  has("max_id_length = 256", "default");
  has("retry_after = \"Retry-After\"", "default");
  has("values = [\"a\"]", "line 10");
  has("together = [\"until\"]", "from [fields.until]");
  has("compare = \"instant\"", "default");
  has("echo = \"owner.id\"", "as it is written");
  EXPECT_THAT(text, HasSubstr("\n# The file does not have: [vars], [read_many]"));
}

// What is printed says the same as the file: printed again, nothing is new.
TEST(ProfileText, CanBeUsedAgain) {
  auto profiles = embedded_profile_names();
  std::vector<std::string> all{
      minimal("", "unknown_fields = \"pass\"\nreply = \"none\"\n"),
      minimal("[fields.a]\ntype = \"list\"\nat = \"a[].n\"\n[fields.\"b c\"]\ntype = "
              "\"number\"\nclear = 0\nrides_with = \"a\"\n[fields.\"*\"]\ntype = "
              "\"string\"\nat = \"p.*\"\n[fields.v]\nverb = \"add_ids\"\ntarget = \"a\"\n")};
  all[1].replace(all[1].find("at = \"a[].n\""), 12, "compare = \"set\"\nat = \"a[].n\"");
  for (const auto& name : profiles) all.emplace_back(*embedded_profile(name));
  for (const auto& text : all) {
    const auto once = in_full(text);
    EXPECT_EQ(without_comments(in_full(once)), without_comments(once));
    EXPECT_THAT(in_full(once), Not(HasSubstr("# default\n"))) << once;
  }
}

// A default of the table means the same as no key: the loader makes one and the same of both.
TEST(ProfileText, ItsDefaultsAreTheLoaders) {
  const auto bare = minimal(
      "[auth]\ntoken_env = \"X\"\n[fields.a]\ntype = \"string\"\n[fields.o]\ntype = "
      "\"object\"\n[list]\npath = \"/x\"\nitems = \"d\"\nquery = { c = \"{cursor}\" }\ncursor = "
      "\"c\"\n[[rules]]\nstatus = 403\nthen = \"throttled\"\n");
  const auto a = compile_profile(bare, "p.toml"), b = compile_profile(in_full(bare), "p.toml");
  ASSERT_TRUE(a.value && b.value);
  const auto& p = *a.value;
  const auto& q = *b.value;
  EXPECT_EQ(p.method, q.method);
  EXPECT_EQ(p.method, q.write.method);
  EXPECT_EQ(p.id_column, q.id_column);
  EXPECT_EQ(p.id_type, q.id_type);
  EXPECT_EQ(p.max_id_length, q.max_id_length);
  EXPECT_EQ(p.label, q.label);
  EXPECT_EQ(p.body_is, q.body_is);
  EXPECT_EQ(p.read_first, q.read_first);
  EXPECT_EQ(p.pass_unknown_fields, q.pass_unknown_fields);
  EXPECT_EQ(p.reply.is, q.reply.is);
  EXPECT_EQ(p.reply.id, q.reply.id);
  EXPECT_EQ(p.reply.id, *q.reply.write_id);
  EXPECT_EQ(p.reply.ids, q.reply.ids);
  EXPECT_EQ(p.reply.updated_at, q.reply.updated_at);
  EXPECT_EQ(p.reply.write_root, q.reply.write_root);
  EXPECT_EQ(p.reply.read_root, q.reply.read_root);
  EXPECT_EQ(p.auth_header, q.auth_header);
  EXPECT_EQ(p.auth_scheme, q.auth_scheme);
  EXPECT_EQ(p.token_prefix, q.token_prefix);
  EXPECT_EQ(p.headers.retry_after, q.headers.retry_after);
  EXPECT_EQ(p.headers.request_id, q.headers.request_id);
  EXPECT_EQ(p.error.code, q.error.code);
  EXPECT_EQ(p.all_limits, q.all_limits);
  EXPECT_EQ(p.each_limits, q.each_limits);
  EXPECT_EQ(p.rules[0].scope, q.rules[0].scope);
  EXPECT_EQ(a.reading.list.id, b.reading.list.id);
  EXPECT_EQ(a.reading.list.more, b.reading.list.more);
  EXPECT_EQ(a.reading.list.whole, b.reading.list.whole);
  for (const auto* name : {"a", "o"}) {
    const auto& f = field(p, name);
    const auto& g = field(q, name);
    EXPECT_EQ(f.nullable, g.nullable);
    EXPECT_EQ(f.compare, g.compare);
    EXPECT_EQ(f.at, g.at);
    EXPECT_EQ(f.echo, g.echo);
    EXPECT_EQ(f.wire, g.wire);
    EXPECT_EQ(f.send.has_value(), g.send.has_value());
    EXPECT_EQ(f.replay_safe, g.replay_safe);
    EXPECT_EQ(f.also_changes, g.also_changes);
  }
}

}  // namespace
}  // namespace pawl::config
