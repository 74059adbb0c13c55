// The profiles that pawl carries.
#include "config/profile_keys.hpp"
#include "tests/unit/config/profile_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace pawl::config {
namespace {

using namespace by_text;
using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(EmbeddedProfiles, CompileWithoutComplaint) {
  EXPECT_THAT(embedded_profile_names(),
              ElementsAre("github-issues", "hubspot-contacts", "hubspot-tickets", "intercom-contacts",
                          "internal-example", "jira-issues", "productlane", "redmine-issues", "rt-tickets",
                          "zendesk-tickets"));
  for (const auto& name : embedded_profile_names()) {
    const auto result = compile_profile(*embedded_profile(name), name, {.values = {}, .may_lack = true});
    EXPECT_THAT(texts(result.complaints), ElementsAre()) << name;
    ASSERT_TRUE(result.value) << name;
    EXPECT_EQ(result.value->name, name);
  }
  EXPECT_FALSE(embedded_profile("other"));
}

// The text of a table in internal-example, from its header (which may be a comment) to the next one. The top
// of the file has no name.
std::string section_of(const std::string& text, std::string_view table) {
  static const std::regex header(R"((?:# )?\[+([a-z_]+)[^\]]*\]+ *(?:#.*)?)");
  std::istringstream in(text);
  std::string found, now;
  for (std::string line; std::getline(in, line);) {
    if (std::smatch is; std::regex_match(line, is, header)) now = is[1];
    if (now == table) found += line + "\n";
  }
  return found;
}

TEST(InternalExample, ExplainsEveryKey) {
  const std::string text{*embedded_profile("internal-example")};
  for (const auto& k : profile_keys()) {
    const std::string key{k.key}, table{k.table}, first = table.substr(0, table.find('.'));
    if (key == "NAME") continue;  // its table is held
    const bool is_table = table.empty() && !section_of(text, key).empty();
    const bool in_list = table == "rules" || table == "fields.X";
    const bool inside = table.find('.') != std::string::npos && first != "fields";
    const auto where = in_list || first == "fields" ? text : section_of(text, first);
    const std::string as_a_line = "(^|\n)(# *)?" + key + " = ", as_a_word = "[{,] " + key + " = ";
    const std::regex wanted(in_list                                  ? "\n#   " + key + " +[a-z0-9\\[]"
                            : table == "fields.X.requires" || inside ? as_a_word
                            : table == "fields.X.members.Y"
                                ? "enum or an object too, with [a-z_, ]*" + key + "[a-z_, ]*of its own"
                                : as_a_line);
    EXPECT_TRUE(is_table || std::regex_search(where, wanted)) << "[" << table << "] " << key;
  }
}

// What stands there as a comment compiles too: `# key = value`, except for keys of another kind of API.
// Writes of several rows go neither with limits of each resource nor with a guard that is a header, and
// without that guard there is no object of its own for {fields}, which [quiet] needs; so it is the one or the
// other.
TEST(InternalExample, IsRightWithAllThatStandsThereAsAComment) {
  static const std::regex commented(R"(# (\[+[a-z_]+\]+.*|[A-Za-z_-]+ = .*))");
  static const std::regex replaced(R"((header|scheme|base_url|reply|read_first) = .*)");
  static const std::regex not_of_several(R"(.*\{was.*|# each = .*)");
  for (const bool writes_several : {true, false}) {
    std::istringstream in(std::string{*embedded_profile("internal-example")});
    std::string text = "reply = \"resource\"\nread_first = true\n";
    bool is_left_out = false;
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("[") || line.starts_with("# ["))
        is_left_out = line.starts_with(writes_several ? "# [quiet]" : "# [write_many]");
      if (is_left_out || (writes_several && std::regex_match(line, not_of_several))) continue;
      if (std::smatch is; std::regex_match(line, is, commented))
        text += is[1].str() + "\n";
      else if (!std::regex_match(line, replaced))
        text += line + "\n";
    }
    const auto made = compile_profile(text, "p.toml", {.values = {}, .may_lack = true});
    EXPECT_THAT(texts(made.complaints), ElementsAre()) << text;
    ASSERT_TRUE(made.value);
    EXPECT_EQ(made.value->variables.size(), 1u);
    EXPECT_EQ(made.value->whoami.path, "/me");
    EXPECT_EQ(made.value->extra_headers,
              (std::vector<std::pair<std::string, std::string>>{{"X-Team", "platform"}}));
    EXPECT_EQ(made.value->readable.size(), 2u);
    EXPECT_EQ(made.value->body_is, api::body_content::changes);
    EXPECT_EQ(made.value->max_id_length, 256u);
    EXPECT_EQ(made.value->write_many.size, writes_several ? 100u : 0u);
    EXPECT_EQ(made.value->each_limits.empty(), writes_several);
  }
}

TEST(EmbeddedProfiles, ProductlaneIsWhatItsPagesSay) {
  const auto p = embedded("productlane");
  EXPECT_EQ(p.base_url, "https://productlane.com/api/v2");
  EXPECT_EQ(p.resource_path, "/threads/{id}");
  EXPECT_EQ(p.method, "PATCH");
  EXPECT_EQ(p.token_env, "PRODUCTLANE_API_KEY");
  EXPECT_EQ(p.token_prefix, "pl_v2_");
  EXPECT_EQ(p.auth_header, "Authorization");
  EXPECT_EQ(p.auth_scheme, "Bearer ");
  EXPECT_TRUE(p.read_first);
  EXPECT_FALSE(p.pass_unknown_fields);
  EXPECT_TRUE(p.reply.echoes_resource());
  EXPECT_EQ(to_string(p.reply.id), "id");
  EXPECT_EQ(to_string(p.reply.updated_at), "updated_at");
  EXPECT_EQ(p.write_limits.windows, (std::vector<rate_window>{{60, 60s}, {20, 10s}}));
  EXPECT_EQ(p.read_limits.windows, (std::vector<rate_window>{{1000, 60s}, {333, 10s}}));
  EXPECT_EQ(p.headers.request_id, "X-Request-Id");
  EXPECT_EQ(p.headers.limit, "X-RateLimit-Limit");
  EXPECT_EQ(p.headers.remaining, "X-RateLimit-Remaining");
  EXPECT_EQ(p.headers.reset, "X-RateLimit-Reset");
  EXPECT_EQ(p.headers.retry_after, "Retry-After");
  EXPECT_EQ(to_string(p.error.code.front()), "error.code");
  EXPECT_EQ(to_string(p.error.request_id.front()), "error.request_id");
  EXPECT_EQ(p.whoami.path, "/me");
  EXPECT_EQ(to_string(p.whoami.account), "workspace_id");
  EXPECT_EQ(p.side_effects.size(), 4u);
  ASSERT_EQ(p.rules.size(), 3u);
  for (const auto& rule : p.rules) {
    EXPECT_EQ(rule.then, api::verdict::stop);
    EXPECT_FALSE(rule.remedy.empty());
  }
  EXPECT_EQ(p.rules[1].statuses, (std::vector<api::status_range>{{403, 403}}));
  EXPECT_EQ(p.rules[1].code, "scope_required");
}

TEST(EmbeddedProfiles, ProductlaneDescribesEveryWritableField) {
  using t = api::field_type;
  using c = api::comparison;
  const auto p = embedded("productlane");
  const struct {
    const char* name;
    t type;
    bool nullable;
    c compare;
    const char* echo;
  } table[] = {
      {"text", t::string, false, c::text, "text"},
      {"title", t::string, true, c::exact, "title"},
      {"pain_level", t::enumeration, false, c::exact, "pain_level"},
      {"assignee_id", t::string, true, c::exact, "assignee.id"},
      {"contact_id", t::string, false, c::exact, "contact.id"},
      {"company_id", t::string, true, c::exact, "company.id"},
      {"tag_ids", t::list, false, c::set, "tags[].id"},
      {"project_id", t::string, true, c::none, ""},
      {"status", t::enumeration, false, c::exact, "status"},
      {"snoozed_until", t::timestamp, false, c::instant, "snoozed_until"},
      {"closed_loop", t::boolean, false, c::none, ""},
      {"ai_draft_html", t::string, true, c::text, "ai_draft_html"},
      {"ai_draft_sources", t::json, true, c::exact, "ai_draft_sources"},
      {"clear_ai_draft_error", t::boolean, false, c::none, ""},
      {"notify", t::object, false, c::none, ""},
      {"external_ids", t::json, false, c::exact, "external_ids"},
      {"add_tags", t::list, false, c::none, ""},
      {"remove_tags", t::list, false, c::none, ""},
      {"add_tag_ids", t::list, false, c::none, ""},
      {"remove_tag_ids", t::list, false, c::none, ""},
  };
  ASSERT_EQ(p.fields.size(), std::size(table));
  for (std::size_t i = 0; i < p.fields.size(); ++i) {
    const auto& f = p.fields[i];  // in the order of the file
    EXPECT_EQ(f.name, table[i].name);
    EXPECT_EQ(f.type, table[i].type) << f.name;
    EXPECT_EQ(f.nullable, table[i].nullable) << f.name;
    EXPECT_EQ(f.compare, table[i].compare) << f.name;
    EXPECT_EQ(to_string(f.echo), table[i].echo) << f.name;
    EXPECT_EQ(f.replay_safe, f.name != "notify") << f.name;
  }
  EXPECT_EQ(field(p, "text").min_length, 1u);
  EXPECT_EQ(field(p, "title").max_length, 512u);
  EXPECT_THAT(field(p, "pain_level").values, ElementsAre("UNKNOWN", "LOW", "MEDIUM", "HIGH"));
  EXPECT_THAT(field(p, "status").values, ElementsAre("open", "snoozed", "done"));
  ASSERT_EQ(field(p, "status").requires_.size(), 1u);
  EXPECT_EQ(field(p, "status").requires_[0].when_json, "\"snoozed\"");
  EXPECT_EQ(field(p, "status").requires_[0].needs, *p.find("snoozed_until"));
  EXPECT_THAT(field(p, "status").together, ElementsAre(*p.find("snoozed_until")));
  EXPECT_THAT(field(p, "snoozed_until").together, ElementsAre(*p.find("status")));
  EXPECT_EQ(field(p, "closed_loop").rides_with, p.find("status"));
  EXPECT_THAT(field(p, "company_id").also_changes, ElementsAre("contact"));
  ASSERT_EQ(field(p, "notify").members.size(), 2u);
  EXPECT_EQ(field(p, "notify").members[0].name, "slack");
  EXPECT_EQ(field(p, "notify").members[1].type, t::boolean);
  EXPECT_EQ(field(p, "add_tags").verb, api::set_verb::add_names);
  EXPECT_EQ(field(p, "remove_tags").verb, api::set_verb::remove_names);
  EXPECT_EQ(field(p, "add_tag_ids").verb, api::set_verb::add_ids);
  EXPECT_EQ(field(p, "remove_tag_ids").verb, api::set_verb::remove_ids);
  EXPECT_EQ(field(p, "remove_tag_ids").verb_target, *p.find("tag_ids"));
  EXPECT_EQ(p.readable.size(), 13u);
}

TEST(EmbeddedProfiles, TheExampleNeedsNothingOfProductlane) {
  const auto p = embedded("internal-example");
  EXPECT_EQ(p.base_url, "https://api.internal.example");
  EXPECT_EQ(p.resource_path, "/v1/items/{id}");
  EXPECT_EQ(p.auth_header, "X-Api-Key");
  EXPECT_EQ(p.auth_scheme, "");
  EXPECT_EQ(p.token_env, "ITEMS_API_KEY");
  EXPECT_FALSE(p.reply.echoes_resource());
  EXPECT_TRUE(p.reply.id.empty());
  EXPECT_TRUE(p.pass_unknown_fields);
  EXPECT_FALSE(p.read_first);
  EXPECT_EQ(p.write_limits.windows, (std::vector<rate_window>{{5000, 1s}}));
  EXPECT_TRUE(p.whoami.path.empty());
  EXPECT_EQ(p.headers.retry_after, "Retry-After");
  for (const auto& f : p.fields) {
    EXPECT_EQ(f.compare, api::comparison::none) << f.name;
    EXPECT_TRUE(f.echo.empty()) << f.name;
  }
}

}  // namespace
}  // namespace pawl::config
