#include "engine/api/precondition.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::api {
namespace {

using test = precondition::test;

profile sample_profile() {
  profile p;
  p.name = "sample";
  const auto add = [&](const char* name, field_type type, comparison compare = comparison::exact,
                       const char* echo = nullptr) -> field_spec& {
    auto& f = p.fields.emplace_back();
    f.name = name;
    f.type = type;
    f.compare = compare;
    if (compare != comparison::none) f.echo = *parse_json_path(echo == nullptr ? name : echo);
    return f;
  };
  add("status", field_type::enumeration).values = {"open", "snoozed", "done"};
  add("title", field_type::string).nullable = true;
  add("notes", field_type::string);
  add("company_id", field_type::string, comparison::exact, "company.id").nullable = true;
  add("tag_ids", field_type::list, comparison::set, "tags[].id");
  add("closed_loop", field_type::boolean, comparison::none);
  add("is_vip", field_type::boolean);
  add("price", field_type::number);
  add("snoozed_until", field_type::timestamp, comparison::instant);
  add("sources", field_type::json);
  auto& verb = add("add_tags", field_type::list, comparison::none);
  verb.verb = set_verb::add_names;
  verb.verb_target = static_cast<field_index>(4);
  p.readable.push_back({"created_at", field_type::timestamp, *parse_json_path("created_at")});
  p.readable.push_back({"email", field_type::string, *parse_json_path("contact.email")});
  return p;
}

TEST(Precondition, ReadsEveryForm) {
  const struct {
    const char* text;
    test is;
    const char* field;
    const char* path;
    const char* json;
    long age;
    const char* again;  // as to_string writes it
  } table[] = {
      {"status=open", test::equal, "status", "status", "\"open\"", 0, "status = \"open\""},
      {"  status  =  open ", test::equal, "status", "status", "\"open\"", 0, "status = \"open\""},
      {"status != done", test::not_equal, "status", "status", "\"done\"", 0, "status != \"done\""},
      {"title = a = b", test::equal, "title", "title", "\"a = b\"", 0, "title = \"a = b\""},
      {R"(title = "")", test::equal, "title", "title", "\"\"", 0, "title = \"\""},
      {R"(title = "null")", test::equal, "title", "title", "\"null\"", 0, "title = \"null\""},
      {R"(title="say \"hi\" \\")", test::equal, "title", "title", R"("say \"hi\" \\")", 0,
       R"(title = "say \"hi\" \\")"},
      {"title = a\tb", test::equal, "title", "title", R"("a\tb")", 0, "title = \"a\tb\""},
      {"title = a\bb\fc", test::equal, "title", "title", R"("a\bb\fc")", 0, "title = \"a\bb\fc\""},
      {"title = null", test::is_null, "title", "title", "", 0, "title is null"},
      {"company_id != null", test::is_not_null, "company_id", "company.id", "", 0, "company_id is not null"},
      {"company_id is null", test::is_null, "company_id", "company.id", "", 0, "company_id is null"},
      {"notes is null", test::is_null, "notes", "notes", "", 0, "notes is null"},
      {"company_id  is  not  null", test::is_not_null, "company_id", "company.id", "", 0,
       "company_id is not null"},
      {"is_vip = true", test::equal, "is_vip", "is_vip", "true", 0, "is_vip = true"},
      {"price < 1.50", test::less, "price", "price", "1.50", 0, "price < 1.50"},
      {"price>-2e3", test::greater, "price", "price", "-2e3", 0, "price > -2e3"},
      {"created_at < 2026-01-31T09:00:00Z", test::less, "created_at", "created_at",
       "\"2026-01-31T09:00:00Z\"", 0, "created_at < \"2026-01-31T09:00:00Z\""},
      {"created_at > 2024-02-29T23:59:60.5+05:30", test::greater, "created_at", "created_at",
       "\"2024-02-29T23:59:60.5+05:30\"", 0, "created_at > \"2024-02-29T23:59:60.5+05:30\""},
      {"created_at older than 90d", test::older_than, "created_at", "created_at", "", 90L * 86400,
       "created_at older than 90d"},
      {"created_at  newer  than 14d", test::newer_than, "created_at", "created_at", "", 14L * 86400,
       "created_at newer than 2w"},
      {"snoozed_until newer than 90m", test::newer_than, "snoozed_until", "snoozed_until", "", 5400,
       "snoozed_until newer than 90m"},
      {"has tag billing", test::has_name, "tag_ids", "tags[].id", "\"billing\"", 0, "has tag \"billing\""},
      {"has tag \"very urgent\"", test::has_name, "tag_ids", "tags[].id", "\"very urgent\"", 0,
       "has tag \"very urgent\""},
      {"tag_ids has t_1", test::has, "tag_ids", "tags[].id", "\"t_1\"", 0, "tag_ids has \"t_1\""},
      {"email = a@b.example", test::equal, "email", "contact.email", "\"a@b.example\"", 0,
       "email = \"a@b.example\""},
  };
  const auto profile = sample_profile();
  for (const auto& row : table) {
    const auto parsed = parse_precondition(row.text, profile);
    ASSERT_TRUE(parsed) << row.text << ": " << to_string(parsed.error());
    EXPECT_EQ(parsed->is, row.is) << row.text;
    EXPECT_EQ(parsed->field, row.field) << row.text;
    EXPECT_EQ(to_string(parsed->path), row.path) << row.text;
    EXPECT_EQ(parsed->json, row.json) << row.text;
    EXPECT_EQ(parsed->age.count(), row.age) << row.text;
    EXPECT_EQ(to_string(*parsed), row.again) << row.text;
    const auto reread = parse_precondition(to_string(*parsed), profile);
    ASSERT_TRUE(reread) << to_string(*parsed);
    EXPECT_EQ(*reread, *parsed) << row.text;
  }
}

TEST(Precondition, NamesWhatIsWrong) {
  const std::string grammar =
      "write FIELD = VALUE, FIELD != VALUE, FIELD < VALUE, FIELD > VALUE, FIELD older than 90d, FIELD newer "
      "than "
      "15m, FIELD has VALUE, has tag NAME, FIELD is null or FIELD is not null";
  const std::string ages = "write it as 90d, 12h, 30m, 45s or 2w";
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "\"\" is not a condition; " + grammar},
      {"=open", "\"=open\" is not a condition; " + grammar},
      {"status", "\"status\" is not a condition; " + grammar},
      {"status open", "\"status open\" is not a condition; " + grammar},
      {"status == open", "there is no operator ==; " + grammar},
      {"price <= 5", "there is no operator <=; " + grammar},
      {"status =", "the value is missing; an empty text is written as \"\""},
      {"status = opne", "status is one of open, snoozed, done (got \"opne\")"},
      {"statsu = open",
       "the profile sample knows no \"statsu\" to look at; known are status, title, notes, company_id, "
       "tag_ids, "
       "is_vip, price, snoozed_until, sources, created_at, email"},
      {"closed_loop = true",
       "the API does not show closed_loop, so no condition can look at it; use a field that replies show"},
      {"add_tags has x",
       "add_tags is a way to change a list, not something that the API shows; use tag_ids has VALUE, or has "
       "tag NAME"},
      {"is_vip = yes", "is_vip is true or false (got \"yes\")"},
      {"price = 01", "price is a number (got \"01\")"},
      {"price < null", "price is a number (got \"null\")"},
      {"title < b", "title has no order: < and > are for numbers and timestamps; use = or !="},
      {"tag_ids = a", "tag_ids is not a single value; use tag_ids has VALUE"},
      {"sources = a", "sources is not a single value; use is null"},
      {"title has a", "title is no list; use = or !="},
      {"title older than 90d", "title is no timestamp, so it has no age; use = or !="},
      {"created_at older than 90", "\"90\" is not an age; " + ages},
      {"created_at older than 0d", "\"0d\" is not an age; " + ages},
      {"created_at older than", "the age is missing; " + ages},
      {"created_at older than 99999999999w", "\"99999999999w\" is not an age; " + ages},
      {"created_at < 2026-02-30T00:00:00Z",
       "created_at is a timestamp such as 2026-01-31T09:00:00Z (got \"2026-02-30T00:00:00Z\")"},
      {"created_at < 2026-01-01",
       "created_at is a timestamp such as 2026-01-31T09:00:00Z (got \"2026-01-01\")"},
      {"title is null or so", "\"or so\" after \"is null\" means nothing; " + grammar},
      {"title = \"open", "the quoted value has no closing quote; end it with \""},
      {"title = \"a\" b", "something follows the quoted value; quote the whole value"},
      {"title = \"a\\n\"", "a backslash in a quoted value stands only before \" and \\; write \\\\ for one"},
      {"has tag", "the value is missing; an empty text is written as \"\""},
  };
  const auto profile = sample_profile();
  for (const auto& [text, message] : table) {
    const auto parsed = parse_precondition(text, profile);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(to_string(parsed.error()), message) << text;
    EXPECT_EQ(parsed.error().kind, failure_kind::usage);
  }
}

TEST(Precondition, KnowsNoTagsWhereTheProfileHasNone) {
  profile p;
  p.name = "plain";
  const auto parsed = parse_precondition("has tag a", p);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(to_string(parsed.error()),
            "the profile plain knows no tags by name; use FIELD has VALUE with a list field");
}

}  // namespace
}  // namespace pawl::api
