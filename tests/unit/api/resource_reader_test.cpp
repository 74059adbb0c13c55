#include "engine/api/resource_reader.hpp"

#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using namespace std::chrono_literals;
using testing::made_job;
using testing::members;
using testing::padded;
using testing::text_of;

constexpr wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 10h;

const profile& api() {
  static const profile p = testing::reading_profile();
  return p;
}

const name_directory& tags() {
  static const name_directory directory = [] {
    name_directory d;
    d.add("Billing", "tag_billing");
    d.add("Churn", "tag_churn");
    d.add("Twice", "tag_1");
    d.add("Twice", "tag_2");
    return d;
  }();
  return directory;
}

struct made_plan {
  readability is;
  std::string wanted, send, old_values, new_values, updated_at, unmet;
  verified shown;
  bool complete = false;
};

made_plan plan(std::string_view body, const job_view& job, std::vector<precondition> only_if = {},
               bool force = false) {
  resource_reader reader(api(), only_if, &tags(), force);
  write_plan p;
  // Twice, and once with another resource between, so that what is kept from a plan shows.
  const padded at(body);
  (void)reader.make_plan(at, job, now, p);
  (void)reader.make_plan(padded(R"({"id":"other"})"), job, now, p);
  const auto is = reader.make_plan(at, job, now, p);
  return {is,           text_of(p.wanted), text_of(p.send), p.old_values, p.new_values,
          p.updated_at, p.unmet,           p.shown,         p.complete};
}

precondition only_if(std::string_view text) {
  auto parsed = parse_precondition(text, api());
  if (!parsed) throw std::runtime_error(to_string(parsed.error()));
  return *parsed;
}

constexpr std::string_view thread = R"({"id":"t1","updated_at":"2026-11-20T10:00:00.000Z","title":"A title",
  "text":"<p>Hi</p>","status":"open","snoozed_until":null,"score":1.50,
  "last_inbound_message_at":"2026-08-01T00:00:00Z","is_read":true,
  "contact":{"id":"con_1"},"company":{"id":"com_1","size":42},"assignee":{"id":"usr_1","name":"Sam"},
  "tags":[{"id":"tag_a","name":"A"},{"id":"tag_billing","name":"Billing"}],"ai_draft_sources":[{"a": 1}]})";

// A page of a list may leave out what a read of the one resource shows.
TEST(ResourceReader, SaysWhetherEverythingThatItLookedAtWasThere) {
  struct row {
    const char* what;
    const char* body;
    members patch, expect;
    const char* condition;
    bool complete;
  };
  constexpr const char* done = R"({"id":"t1","status":"done","tags":[]})";
  const row table[]{
      {"all of it", done, {{"status", "\"done\""}}, {}, "", true},
      {"what is not shown anywhere", done, {{"status", "\"done\""}, {"closed_loop", "true"}}, {}, "", true},
      {"an empty list", done, {{"add_tag_ids", R"(["a"])"}}, {}, "", true},
      {"a null", R"({"id":"t1","title":null})", {{"title", "null"}}, {}, "", true},
      {"the member of a null", R"({"id":"t1","assignee":null})", {{"assignee_id", "null"}}, {}, "", true},
      {"missing, though a null is wanted", done, {{"title", "null"}}, {}, "", false},
      {"missing, and another value is wanted", done, {{"title", "\"x\""}}, {}, "", false},
      {"missing in expect", done, {{"status", "\"done\""}}, {{"title", "null"}}, "", false},
      {"missing in a condition",
       done,
       {{"status", "\"done\""}},
       {},
       "last_inbound_message_at is null",
       false},
      {"a condition that it shows", done, {{"status", "\"open\""}}, {}, "status = open", true},
      {"of another form in expect",
       R"({"id":"t1","status":3,"title":"x"})",
       {{"title", "\"x\""}},
       {{"status", "\"open\""}},
       "",
       false},
      {"of another form in a condition", R"({"id":"t1","status":3})", {}, {}, "status = open", false},
      {"a partner that is not wanted", done, {{"status", "\"open\""}}, {}, "", true},
  };
  for (const auto& r : table) {
    std::vector<precondition> conditions;
    if (*r.condition != '\0') conditions.push_back(only_if(r.condition));
    const auto made = plan(r.body, made_job(api(), r.patch, r.expect), conditions);
    EXPECT_EQ(static_cast<int>(made.is), static_cast<int>(readability::readable)) << r.what;
    EXPECT_EQ(made.complete, r.complete) << r.what;
  }
}

// What is sent.

struct send_case {
  const char* what;
  members patch;
  const char* sent;  // in the form of text_of
  const char* old_values;
};

TEST(ResourceReader, SendsWhatDiffers) {
  const std::vector<send_case> cases{
      {"nothing is sent for equal values",
       {{"title", R"("A title")"}, {"assignee_id", R"("usr_1")"}, {"status", R"("open")"}},
       "",
       "{}"},
      {"only the fields that differ, in patch order",
       {{"title", R"("B")"}, {"assignee_id", R"("usr_1")"}, {"status", R"("done")"}},
       R"(title="B" status="done")",
       R"({"title":"A title","status":"open"})"},
      {"a null wanted where a value stands", {{"title", "null"}}, "title=null", R"({"title":"A title"})"},
      {"numbers by value", {{"score", "1.5"}}, "", "{}"},
      {"numbers by value, another", {{"score", "1.51"}}, "score=1.51", R"({"score":1.50})"},
      {"a number is no text", {{"score", R"("1.50")"}}, R"(score="1.50")", R"({"score":1.50})"},
      {"normalised text that is equal", {{"text", R"("<p>Hi</p>")"}}, "", "{}"},
      {"text that differs is sent", {{"text", R"("Hi")"}}, R"(text="Hi")", R"({"text":"<p>Hi</p>"})"},
      {"objects whatever their form", {{"ai_draft_sources", R"([{"a":1}])"}}, "", "{}"},
      {"an old value keeps its form",
       {{"ai_draft_sources", "null"}},
       "ai_draft_sources=null",
       R"({"ai_draft_sources":[{"a": 1}]})"},
      {"sets without order and repeats", {{"tag_ids", R"(["tag_billing","tag_a","tag_a"])"}}, "", "{}"},
      {"a smaller set",
       {{"tag_ids", R"(["tag_a"])"}},
       R"(tag_ids=["tag_a"])",
       R"({"tag_ids":["tag_a","tag_billing"]})"},
      {"an empty set", {{"tag_ids", "[]"}}, "tag_ids=[]", R"({"tag_ids":["tag_a","tag_billing"]})"},
      {"the same moment is no change where nothing else is",
       {{"status", R"("open")"}, {"title", R"("A title")"}},
       "",
       "{}"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const auto made = plan(thread, made_job(api(), c.patch));
    EXPECT_EQ(made.is, readability::readable);
    EXPECT_EQ(made.send, c.sent);
    EXPECT_EQ(made.old_values, c.old_values);
    EXPECT_EQ(made.updated_at, R"("2026-11-20T10:00:00.000Z")");
    EXPECT_EQ(made.unmet, "");
  }
}

TEST(ResourceReader, SendsGroupsWhole) {
  constexpr std::string_view open =
      R"({"id":"t1","status":"open","snoozed_until":"2026-12-01T09:00:00.000Z"})";
  constexpr std::string_view snoozed =
      R"({"id":"t1","status":"snoozed","snoozed_until":"2026-12-01T09:00:00.000Z"})";
  const members snooze{{"status", R"("snoozed")"}, {"snoozed_until", R"("2026-12-01T10:00:00+01:00")"}};
  const members later{{"status", R"("snoozed")"}, {"snoozed_until", R"("2026-12-02T09:00:00Z")"}};

  auto made = plan(open, made_job(api(), snooze));
  EXPECT_EQ(made.send, R"(status="snoozed" snoozed_until="2026-12-01T10:00:00+01:00")");
  EXPECT_EQ(made.old_values, R"({"status":"open","snoozed_until":"2026-12-01T09:00:00.000Z"})");
  EXPECT_EQ(made.new_values, R"({"status":"snoozed","snoozed_until":"2026-12-01T10:00:00+01:00"})");

  made = plan(snoozed, made_job(api(), later));
  EXPECT_EQ(made.send, R"(status="snoozed" snoozed_until="2026-12-02T09:00:00Z")");

  made = plan(snoozed, made_job(api(), snooze));
  EXPECT_EQ(made.send, "");
  EXPECT_EQ(made.shown, verified::full);

  // A member of the group that the patch does not name is not made up.
  made = plan(snoozed, made_job(api(), {{"status", R"("done")"}}));
  EXPECT_EQ(made.send, R"(status="done")");
}

TEST(ResourceReader, SendsWhatAValueRequires) {
  auto p = testing::reading_profile();
  const auto status = *p.find("status"), until = *p.find("snoozed_until");
  p.fields[to_index(status)].together.clear();
  p.fields[to_index(until)].together.clear();
  p.fields[to_index(status)].requires_ = {{R"("snoozed")", until}};
  resource_reader reader(p, {}, nullptr, false);
  write_plan made;
  const padded body(R"({"id":"t1","status":"open","snoozed_until":"2026-12-01T09:00:00Z"})");
  const made_job snooze(p, {{"status", R"("snoozed")"}, {"snoozed_until", R"("2026-12-01T09:00:00Z")"}});
  ASSERT_EQ(reader.make_plan(body, snooze, now, made), readability::readable);
  EXPECT_EQ(text_of(made.send), R"(status="snoozed" snoozed_until="2026-12-01T09:00:00Z")");
  const made_job done(p, {{"status", R"("done")"}, {"snoozed_until", R"("2026-12-01T09:00:00Z")"}});
  ASSERT_EQ(reader.make_plan(body, done, now, made), readability::readable);
  EXPECT_EQ(text_of(made.send), R"(status="done")");
}

TEST(ResourceReader, SendsWhatNoReadShows) {
  const std::vector<send_case> cases{
      {"a rider goes with its field",
       {{"status", R"("done")"}, {"closed_loop", "true"}},
       R"(status="done" closed_loop=true)",
       R"({"status":"open"})"},
      {"and stays where that is equal", {{"status", R"("open")"}, {"closed_loop", "true"}}, "", "{}"},
      {"with nothing to ride with it is sent", {{"closed_loop", "true"}}, "closed_loop=true", "{}"},
      {"another field does not take it along",
       {{"title", R"("B")"}, {"status", R"("open")"}, {"closed_loop", "true"}},
       R"(title="B")",
       R"({"title":"A title"})"},
      {"it goes where its field is sent for its group",
       {{"status", R"("open")"}, {"snoozed_until", R"("2026-12-02T09:00:00Z")"}, {"closed_loop", "true"}},
       R"(status="open" snoozed_until="2026-12-02T09:00:00Z" closed_loop=true)",
       R"({"status":"open","snoozed_until":null})"},
      {"what no read tells is sent always",
       {{"project_id", R"("p")"}, {"status", R"("open")"}, {"notify", R"({"slack":true})"}},
       R"(project_id="p" notify={"slack":true})",
       "{}"},
      {"a passed field too", {{"title", R"("A title")"}, {"unheard_of", "1"}}, "unheard_of=1", "{}"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const auto made = plan(thread, made_job(api(), c.patch));
    EXPECT_EQ(made.send, c.sent);
    EXPECT_EQ(made.old_values, c.old_values);
  }
  const members rides{{"status", R"("open")"}, {"closed_loop", "true"}};
  EXPECT_EQ(plan(thread, made_job(api(), rides)).shown, verified::partial);
  EXPECT_EQ(plan(thread, made_job(api(), rides), {}, true).send, "closed_loop=true");
}

TEST(ResourceReader, SendsWhatAnotherFieldChangesByTheWay) {
  const members move{{"contact_id", R"("con_1")"}, {"company_id", R"("com_2")"}};
  auto made = plan(thread, made_job(api(), move));
  EXPECT_EQ(made.send, R"(contact_id="con_1" company_id="com_2")");
  EXPECT_EQ(made.old_values, R"({"contact_id":"con_1","company_id":"com_1"})");

  made = plan(thread, made_job(api(), {{"contact_id", R"("con_1")"}, {"company_id", R"("com_1")"}}));
  EXPECT_EQ(made.send, "");
  // Only one way: a contact does not bring its company along.
  made = plan(thread, made_job(api(), {{"contact_id", R"("con_2")"}, {"company_id", R"("com_1")"}}));
  EXPECT_EQ(made.send, R"(contact_id="con_2")");
}

TEST(ResourceReader, NewValuesAreWhatIsSent) {
  const auto made = plan(thread, made_job(api(), {{"title", R"("say \"hi\"")"}, {"odd \"name\"", "{}"}}));
  EXPECT_EQ(made.new_values, R"({"title":"say \"hi\"","odd \"name\"":{}})");
  EXPECT_EQ(plan(thread, made_job(api(), {{"status", R"("open")"}})).new_values, "{}");
}

// Set verbs.

struct verb_case {
  const char* what;
  members patch;
  const char* wanted;
  bool sent;
};

TEST(ResourceReader, TurnsSetVerbsIntoFullSets) {
  const std::vector<verb_case> cases{
      {"an id is added behind the others",
       {{"add_tag_ids", R"(["tag_z"])"}},
       R"(tag_ids=["tag_a","tag_billing","tag_z"])",
       true},
      {"an id that is there", {{"add_tag_ids", R"(["tag_a"])"}}, R"(tag_ids=["tag_a","tag_billing"])", false},
      {"an id is removed", {{"remove_tag_ids", R"(["tag_a"])"}}, R"(tag_ids=["tag_billing"])", true},
      {"an id that is not there",
       {{"remove_tag_ids", R"(["tag_q"])"}},
       R"(tag_ids=["tag_a","tag_billing"])",
       false},
      {"names",
       {{"add_tags", R"(["Churn"])"}, {"remove_tags", R"(["Billing"])"}},
       R"(tag_ids=["tag_a","tag_churn"])",
       true},
      {"all four make one set",
       {{"add_tags", R"(["Churn"])"},
        {"remove_tags", R"(["Billing"])"},
        {"add_tag_ids", R"(["x","x","y"])"},
        {"remove_tag_ids", R"(["tag_a"])"}},
       R"(tag_ids=["tag_churn","x","y"])",
       true},
      {"added and removed is removed",
       {{"add_tags", R"(["Churn"])"}, {"remove_tag_ids", R"(["tag_churn"])"}},
       R"(tag_ids=["tag_a","tag_billing"])",
       false},
      {"there, added and removed is removed",
       {{"add_tag_ids", R"(["tag_a"])"}, {"remove_tag_ids", R"(["tag_a"])"}},
       R"(tag_ids=["tag_billing"])",
       true},
      {"everything is removed", {{"remove_tag_ids", R"(["tag_billing","tag_a"])"}}, "tag_ids=[]", true},
      {"an empty verb", {{"add_tag_ids", "[]"}}, R"(tag_ids=["tag_a","tag_billing"])", false},
      {"an id with an escape",
       {{"add_tag_ids", R"(["tag\"q"])"}},
       R"(tag_ids=["tag_a","tag_billing","tag\"q"])",
       true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const auto made = plan(thread, made_job(api(), c.patch));
    ASSERT_EQ(made.is, readability::readable);
    EXPECT_EQ(made.wanted, c.wanted);
    EXPECT_EQ(made.send, c.sent ? c.wanted : "");
    EXPECT_EQ(made.old_values, c.sent ? R"({"tag_ids":["tag_a","tag_billing"]})" : "{}");
  }
}

TEST(ResourceReader, FullSetsStandWhereTheFirstVerbStood) {
  const auto made = plan(thread, made_job(api(), {{"title", R"("B")"},
                                                  {"add_tags", R"(["Churn"])"},
                                                  {"notify", "{}"},
                                                  {"remove_tags", R"(["Billing"])"}}));
  EXPECT_EQ(made.wanted, R"(title="B" tag_ids=["tag_a","tag_churn"] notify={})");
  EXPECT_EQ(made.send, made.wanted);
  EXPECT_EQ(made.new_values, R"({"title":"B","tag_ids":["tag_a","tag_churn"],"notify":{}})");
}

TEST(ResourceReader, KeepsShownElementsAsTheyAreWritten) {
  const made_job add(api(), {{"add_tag_ids", R"(["ä","new"])"}});
  const auto made = plan(
      R"({"id":"t1","tags":[{"id":"\u00e4"},{"id":7},{"id":7.0},{"id":"a\"b"},{"id":"b"},{"id":"b"}]})", add);
  EXPECT_EQ(made.send, R"(tag_ids=["\u00e4",7,"a\"b","b","new"])");
}

TEST(ResourceReader, NeverReplacesASetThatItHasNotSeen) {
  const made_job add(api(), {{"add_tag_ids", R"(["x"])"}});
  for (const auto* body :
       {R"({"id":"t1"})", R"({"id":"t1","tags":"none"})", R"({"id":"t1","tags":[{"name":"A"}]})",
        R"({"id":"t1","tags":[{"id":null}]})", R"({"id":"t1","tags":[{"id":{"a":1}}]})",
        R"({"id":"t1","tags":[{"id":"\q"}]})", R"({"id":"t1","tags":{"id":"x"}})"}) {
    SCOPED_TRACE(body);
    const auto made = plan(body, add);
    EXPECT_NE(made.is, readability::readable);
    EXPECT_EQ(made.wanted + made.send + made.old_values + made.new_values, "");
  }
  EXPECT_EQ(plan(R"({"id":"t1","tags":[]})", add).send, R"(tag_ids=["x"])");
  const auto null = plan(R"({"id":"t1","tags":null})", add);
  EXPECT_EQ(null.send, R"(tag_ids=["x"])");
  EXPECT_EQ(null.old_values, R"({"tag_ids":null})");
  // The full set as well: what it would delete must be in the ledger first.
  EXPECT_EQ(plan(R"({"id":"t1"})", made_job(api(), {{"tag_ids", "[]"}})).is, readability::misshapen);
}

TEST(ResourceReader, APlanMayBeMoved) {
  resource_reader reader(api(), {}, &tags(), false);
  write_plan made;
  const made_job add(api(), {{"add_tag_ids", R"(["x"])"}});
  ASSERT_EQ(reader.make_plan(padded(thread), add, now, made), readability::readable);
  const auto moved = std::move(made);
  EXPECT_EQ(text_of(moved.send), R"(tag_ids=["tag_a","tag_billing","x"])");
}

// What is absent.

TEST(ResourceReader, AbsentCountsAsNull) {
  constexpr std::string_view bare = R"({"id":"t1","status":"open","assignee":null})";
  auto made = plan(bare, made_job(api(), {{"title", "null"}, {"assignee_id", "null"}}));
  EXPECT_EQ(made.is, readability::readable);
  EXPECT_EQ(made.send, "");
  EXPECT_EQ(made.shown, verified::partial);
  EXPECT_EQ(made.updated_at, "");

  made = plan(bare, made_job(api(), {{"assignee_id", "null"}}));
  EXPECT_EQ(made.shown, verified::full);

  made = plan(bare, made_job(api(), {{"title", R"("B")"}, {"assignee_id", R"("usr_1")"}}));
  EXPECT_EQ(made.send, R"(title="B" assignee_id="usr_1")");
  EXPECT_EQ(made.old_values, R"({"title":null,"assignee_id":null})");

  made = plan(bare,
              made_job(api(), {{"status", R"("snoozed")"}, {"snoozed_until", R"("2026-12-01T09:00:00Z")"}}));
  EXPECT_EQ(made.old_values, R"({"status":"open","snoozed_until":null})");
}

// Preconditions.

struct unmet_case {
  members expect;
  const char* unmet;
};

TEST(ResourceReader, HoldsTheExpectationsOfTheJob) {
  const std::vector<unmet_case> cases{
      {{{"status", R"("open")"}}, ""},
      {{{"status", R"("done")"}}, R"(status is "open", expected "done")"},
      {{{"title", R"("A title")"}, {"status", R"("done")"}, {"score", "2"}},
       R"(status is "open", expected "done")"},
      {{{"snoozed_until", "null"}}, ""},
      {{{"snoozed_until", R"("2026-12-01T09:00:00Z")"}},
       R"(snoozed_until is null, expected "2026-12-01T09:00:00Z")"},
      {{{"title", "null"}}, R"(title is "A title", expected null)"},
      {{{"tag_ids", R"(["tag_billing","tag_a"])"}}, ""},
      {{{"tag_ids", "[]"}}, R"(tag_ids is ["tag_a","tag_billing"], expected [])"},
      {{{"score", "1.5"}}, ""},
      {{{"text", R"("Hi")"}}, R"(text is "<p>Hi</p>", expected "Hi")"},
      {{{"closed_loop", "true"}}, "closed_loop is not shown, expected true"},
  };
  for (const auto& c : cases) {
    const auto made = plan(thread, made_job(api(), {{"status", R"("done")"}}, c.expect));
    EXPECT_EQ(made.is, readability::readable);
    EXPECT_EQ(made.unmet, c.unmet);
  }
  // A field that is wanted and expected is found once.
  const auto made = plan(
      thread, made_job(api(), {{"tag_ids", R"(["tag_a"])"}}, {{"tag_ids", R"(["tag_a","tag_billing"])"}}));
  EXPECT_EQ(made.unmet, "");
  EXPECT_EQ(made.send, R"(tag_ids=["tag_a"])");
}

TEST(ResourceReader, HoldsTheConditionsOfAllJobs) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"status = open", ""},
      {"status = done", R"(status is "open", expected "done")"},
      {"status != open", R"(status is "open", expected != "open")"},
      {"last_inbound_message_at older than 90d", ""},
      {"last_inbound_message_at older than 120d",
       R"(last_inbound_message_at is "2026-08-01T00:00:00Z", expected older than 120d)"},
      {"size > 41", ""},
      {"size < 42", "size is 42, expected < 42"},
      {"has tag Billing", ""},
      {"has tag Churn", R"(tag_ids is ["tag_a","tag_billing"], expected has tag "Churn")"},
      {"snoozed_until is not null", "snoozed_until is null, expected is not null"},
  };
  const made_job job(api(), {{"status", R"("done")"}});
  for (const auto& [condition, unmet] : cases) {
    SCOPED_TRACE(condition);
    const auto made = plan(thread, job, {only_if(condition)});
    EXPECT_EQ(made.is, readability::readable);
    EXPECT_EQ(made.unmet, unmet);
    EXPECT_EQ(made.send, R"(status="done")");
  }
  EXPECT_EQ(
      plan(thread, job, {only_if("is_read = true"), only_if("size > 50"), only_if("status = done")}).unmet,
      "size is 42, expected > 50");
  // Those of the job come first.
  EXPECT_EQ(
      plan(thread, made_job(api(), {{"status", R"("done")"}}, {{"title", "null"}}), {only_if("size > 50")})
          .unmet,
      R"(title is "A title", expected null)");
}

TEST(ResourceReader, ReasonsArePrintableAndShort) {
  const auto long_title = std::string(5000, 'x');
  const auto made = plan(R"({"id":"t1","title":"\u001b[31m)" + long_title + "\"}",
                         made_job(api(), {{"title", "null"}}, {{"title", '"' + long_title + '"'}}));
  EXPECT_LT(made.unmet.size(), 600U);
  for (const char c : made.unmet) EXPECT_GE(c, ' ');
}

// What is not the resource.

TEST(ResourceReader, TellsOtherResourcesAndGarbageApart) {
  const made_job job(api(), {{"status", R"("done")"}, {"assignee_id", R"("usr_1")"}});
  const std::vector<std::pair<const char*, readability>> cases{
      {R"({"id":"t2","status":"open"})", readability::other_id},
      {R"({"status":"open"})", readability::other_id},
      {R"({"id":null,"status":"open"})", readability::other_id},
      {R"({"id":"t1","status":"open")", readability::unreadable},
      {R"([{"id":"t1","status":"open"}])", readability::unreadable},
      {"", readability::unreadable},
      {"<html>", readability::unreadable},
      {R"({"id":"t1","status":"open","status":"done"})", readability::unreadable},
      {R"({"id":"t1","status":opn})", readability::unreadable},
      {R"({"id":"t1","status":"open","assignee":"usr_1"})", readability::misshapen},
      {R"({"id":"t1","status":"open"} x)", readability::unreadable},
      {R"({"id":"t1","status":"open"})", readability::readable},
  };
  for (const auto& [body, is] : cases) EXPECT_EQ(plan(body, job).is, is) << body;

  const made_job age(api(), {{"title", "null"}});
  EXPECT_EQ(plan(R"({"id":"t1","last_inbound_message_at":"soon"})", age,
                 {only_if("last_inbound_message_at older than 1d")})
                .is,
            readability::misshapen);
}

TEST(ResourceReader, ReadsAWholeThread) {
  auto p = testing::thread_profile();
  p.reply.updated_at = {{"updated_at"}};
  resource_reader reader(p, {}, nullptr, false);
  write_plan made;
  const padded body(testing::thread_reply);
  const made_job job(p, {{"status", R"("open")"}, {"tag_ids", R"(["tag_csv","tag_export"])"}}, {},
                     std::string(testing::thread_id));
  ASSERT_EQ(reader.make_plan(body, job, now, made), readability::readable);
  EXPECT_EQ(text_of(made.send), R"(status="open")");
  EXPECT_EQ(made.old_values, R"({"status":"done"})");
  EXPECT_EQ(made.updated_at, R"("2026-11-23T09:41:07.456Z")");
  for (std::size_t size = 0; size < testing::thread_reply.size(); ++size)
    ASSERT_EQ(reader.make_plan(padded(testing::thread_reply.substr(0, size)), job, now, made),
              readability::unreadable)
        << size;
}

// A state that is left takes its date along, so undo needs the date although it is not sent.
TEST(ResourceReader, KeepsWhatTheWriteMayChangeByTheWay) {
  const auto old_values = [](std::string_view body, members patch) {
    return plan(body, made_job(api(), std::move(patch))).old_values;
  };
  constexpr auto snoozed = R"({"id":"t1","status":"snoozed","snoozed_until":"2026-12-01T09:00:00.000Z"})";
  EXPECT_EQ(old_values(snoozed, {{"status", "\"done\""}}),
            R"({"status":"snoozed","snoozed_until":"2026-12-01T09:00:00.000Z"})");
  EXPECT_EQ(old_values(snoozed, {{"status", "\"snoozed\""}}), "{}");  // nothing is sent
  for (const auto* body :
       {R"({"id":"t1","status":"open"})", R"({"id":"t1","status":"open","snoozed_until":null})",
        R"({"id":"t1","status":"open","snoozed_until":2026-12})"})
    EXPECT_EQ(old_values(body, {{"status", "\"done\""}}), R"({"status":"open"})") << body;
}

}  // namespace
}  // namespace pawl::api
