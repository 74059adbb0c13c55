// The profiles that pawl carries.
#include "tests/unit/config/profile_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::config {
namespace {

using namespace by_text;
using namespace std::chrono_literals;
using testing::ElementsAre;

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

// The comments of the template show what may be written; they must be right.
TEST(EmbeddedProfiles, TheExampleStillCompilesWithItsCommentedKeysInForce) {
  std::string text(*embedded_profile("internal-example"));
  for (const std::string commented :
       {"# side_effects =", "# method =",       "# id_column =",       "# max_id_length =", "# id =",
        "# updated_at =",   "# token_prefix =", "# [request_headers]", "# X-Team =",        "# limit =",
        "# remaining =",    "# reset =",        "# ietf_policy =",     "# ietf_limit =",    "# retry_after =",
        "# details =",      "# request_id =",   "# [whoami]",          "# path =",          "# account =",
        "# scopes =",       "# [write]",        "# body_is =",         "# [readable]",      "# created_at =",
        "# owner_email ="}) {
    const auto at = text.find("\n" + commented);
    ASSERT_NE(at, std::string::npos) << commented;
    text.erase(at + 1, 2);
  }
  const auto p = compiled(text);
  EXPECT_EQ(p.whoami.path, "/me");
  EXPECT_EQ(p.extra_headers, (std::vector<std::pair<std::string, std::string>>{{"X-Team", "platform"}}));
  EXPECT_EQ(p.readable.size(), 2u);
  EXPECT_EQ(p.method, "PATCH");
  EXPECT_EQ(p.body_is, api::body_content::changes);
  EXPECT_EQ(p.max_id_length, 256u);
}

}  // namespace
}  // namespace pawl::config
