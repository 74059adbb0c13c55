#include "tests/sandbox/state.hpp"

#include "tests/sandbox/listing.hpp"
#include "tests/sandbox/thread_json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr time_us now = 1'795'000'000 * one_second;

struct workspace {
  store threads;

  explicit workspace(int count = 10) : threads{options()} {
    for (int i = 1; i <= count; ++i) threads.add("thr_" + std::to_string(100 + i));
    threads.sort();
  }
  static seed_options options() {
    seed_options o;
    o.now = now;
    o.kept_bodies = 2;
    return o;
  }
  thread& first() { return *threads.find("thr_101"); }
  void patch(const std::string& body, edit_kind kind = edit_kind::client, time_us at = now) {
    threads.apply(first(), json::parse(body).as_object(), body, kind, at);
  }
  json::object shown() {
    std::string text;
    append_thread(text, threads, first());
    return json::parse(text).as_object();
  }
  json::object truth() {
    std::string text = "{";
    append_truth(text, threads, first());
    return json::parse(text + '}').at("thr_101").as_object();
  }
};

TEST(State, ReplyShowsEveryDocumentedField) {
  workspace w;
  const std::set<std::string> wanted{"id",
                                     "created_at",
                                     "updated_at",
                                     "title",
                                     "text",
                                     "pain_level",
                                     "origin",
                                     "status",
                                     "tab",
                                     "snoozed_until",
                                     "last_inbound_message_at",
                                     "last_outbound_message_at",
                                     "last_state_change_at",
                                     "is_read",
                                     "contact",
                                     "company",
                                     "assignee",
                                     "reporter",
                                     "tags",
                                     "customer_needs",
                                     "external_ids",
                                     "ai_draft_html",
                                     "ai_draft_sources",
                                     "ai_draft_generated_at",
                                     "ai_draft_started_at",
                                     "ai_draft_error_at"};
  std::set<std::string> found;
  for (const auto& member : w.shown()) found.emplace(member.key());
  EXPECT_EQ(found, wanted);
}

TEST(State, RepliesAreAboutTwoAndAHalfKilobytes) {
  workspace w{1000};
  std::string text;
  for (std::size_t i = 0; i < 1000; ++i) append_thread(text, w.threads, w.threads.at(i));
  EXPECT_GT(text.size() / 1000, 2200u);
  EXPECT_LT(text.size() / 1000, 3200u);
}

TEST(State, StatusMovesThroughTheFiveStoredStates) {
  workspace w;
  struct step {
    stored_state from;
    const char* body;
    stored_state to;
  };
  using enum stored_state;
  for (const step& s :
       {step{fresh, R"({"status":"open"})", fresh}, step{processed, R"({"status":"open"})", unsnoozed},
        step{fresh, R"({"status":"done"})", processed},
        step{fresh, R"({"status":"done","closed_loop":true})", completed},
        step{completed, R"({"status":"done","closed_loop":false})", processed},
        step{processed, R"({"closed_loop":true})", completed}, step{fresh, R"({"closed_loop":true})", fresh},
        step{fresh, R"({"status":"snoozed","snoozed_until":"2027-01-04T10:00:00+01:00"})", snoozed},
        step{snoozed, R"({"status":"open"})", unsnoozed}}) {
    w.first().state = s.from;
    w.patch(s.body);
    EXPECT_EQ(w.first().state, s.to) << s.body;
    EXPECT_EQ(w.shown().at("status").as_string(), status_text(s.to)) << s.body;
    const bool dated = !w.shown().at("snoozed_until").is_null();
    EXPECT_EQ(dated, s.to == snoozed) << s.body;
  }
}

TEST(State, SnoozedUntilComesBackInUtcMilliseconds) {
  workspace w;
  w.patch(R"({"status":"snoozed","snoozed_until":"2027-01-04T10:00:00+01:00"})");
  EXPECT_EQ(w.shown().at("snoozed_until"), "2027-01-04T09:00:00.000Z");
}

TEST(State, EveryWriteMovesUpdatedAtVisibly) {
  workspace w;
  std::set<std::string> seen;
  for (int i = 0; i < 5; ++i) {
    w.patch(R"({"title":"same"})");
    seen.emplace(w.shown().at("updated_at").as_string());
  }
  EXPECT_EQ(seen.size(), 5u);
}

TEST(State, TagsAreReplacedResolvedAndFreeOfRepeats) {
  workspace w;
  w.patch(R"({"tag_ids":["tag_b","tag_new","tag_b"]})");
  const json::array tags = w.shown().at("tags").as_array();
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_EQ(tags[0].at("id"), "tag_b");
  EXPECT_EQ(tags[0].at("name"), "bug");
  EXPECT_EQ(tags[1].at("id"), "tag_new");
  w.patch(R"({"tag_ids":[]})");
  EXPECT_TRUE(w.shown().at("tags").as_array().empty());
}

TEST(State, CompanyChangesTheContactToo) {
  workspace w;
  w.patch(R"({"contact_id":"con_77","company_id":"com_x"})");
  EXPECT_EQ(w.shown().at("company").at("id"), "com_x");
  EXPECT_EQ(w.shown().at("contact").at("company_id"), "com_x");
  w.patch(R"({"company_id":null})");
  EXPECT_TRUE(w.shown().at("company").is_null());
  EXPECT_TRUE(w.shown().at("contact").at("company_id").is_null());
}

TEST(State, AssigneeProjectTitleAndTextChange) {
  workspace w;
  w.patch(
      R"({"assignee_id":"usr_9","project_id":"prj_1","title":"a \"b\", c\nd 🚀","text":"<p>é</p>","pain_level":"LOW"})");
  const json::object t = w.shown();
  EXPECT_EQ(t.at("assignee").at("id"), "usr_9");
  EXPECT_EQ(t.at("customer_needs").at(0).at("project_id"), "prj_1");
  EXPECT_EQ(t.at("title"), "a \"b\", c\nd 🚀");
  EXPECT_EQ(t.at("text"), "<p>é</p>");
  EXPECT_EQ(t.at("pain_level"), "LOW");
  w.patch(R"({"assignee_id":null,"project_id":null,"title":null})");
  EXPECT_TRUE(w.shown().at("assignee").is_null());
  EXPECT_TRUE(w.shown().at("customer_needs").as_array().empty());
  EXPECT_TRUE(w.shown().at("title").is_null());
}

TEST(State, DraftStampsFollowTheDocument) {
  workspace w;
  extras_of(w.first()).ai_draft_error_at = now;
  extras_of(w.first()).ai_draft_started_at = now;
  w.patch(R"({"ai_draft_html":"<p>hi</p>","ai_draft_sources":[{"type":"doc","title":"t"}]})");
  EXPECT_EQ(w.shown().at("ai_draft_html"), "<p>hi</p>");
  EXPECT_FALSE(w.shown().at("ai_draft_generated_at").is_null());
  EXPECT_TRUE(w.shown().at("ai_draft_started_at").is_null());
  EXPECT_TRUE(w.shown().at("ai_draft_error_at").is_null());
  w.patch(R"({"ai_draft_html":"","ai_draft_sources":null})");
  EXPECT_TRUE(w.shown().at("ai_draft_html").is_null());
  EXPECT_TRUE(w.shown().at("ai_draft_sources").is_null());
  extras_of(w.first()).ai_draft_error_at = now;
  w.patch(R"({"clear_ai_draft_error":true})");
  EXPECT_TRUE(w.shown().at("ai_draft_error_at").is_null());
}

TEST(State, TruthKeepsWhatRepliesHide) {
  workspace w;
  w.patch(R"({"status":"done","closed_loop":true,"notify":{"slack":true,"email":false}})");
  w.patch(R"({"notify":{"slack":true,"email":true}})");
  w.patch(R"({"title":"x"})");
  const json::object t = w.truth();
  EXPECT_EQ(t.at("closed_loop"), true);
  EXPECT_EQ(t.at("notified").at("slack"), 2);
  EXPECT_EQ(t.at("notified").at("email"), 1);
  EXPECT_EQ(t.at("applied"), 3);
  ASSERT_EQ(t.at("bodies").as_array().size(), 2u) << "only the last ones are kept";
  EXPECT_EQ(t.at("bodies").at(1).at("title"), "x");
  EXPECT_FALSE(w.shown().contains("closed_loop"));
  EXPECT_FALSE(w.shown().contains("notify"));
}

TEST(State, EditsByHandAreCountedApart) {
  workspace w;
  w.patch(R"({"status":"done"})", edit_kind::by_hand);
  EXPECT_EQ(w.truth().at("applied"), 0);
  EXPECT_EQ(w.truth().at("hand_edits"), 1);
  EXPECT_TRUE(w.truth().at("bodies").as_array().empty());
  EXPECT_EQ(w.shown().at("status"), "done");
}

TEST(State, SameSeedMakesTheSameThreads) {
  std::string a, b;
  const workspace x, y;
  for (std::size_t i = 0; i < 10; ++i) {
    append_thread(a, x.threads, x.threads.at(i));
    append_thread(b, y.threads, y.threads.at(i));
  }
  EXPECT_EQ(a, b);
}

// Collects all ids of a listing, page by page.
std::vector<std::string> walk(const store& s, query filters, std::size_t limit) {
  std::vector<std::string> ids;
  filters.emplace_back("limit", std::to_string(limit));
  for (int page = 0; page < 1000; ++page) {
    std::string text;
    EXPECT_EQ(append_thread_page(text, s, filters), page_result::written);
    const json::value v = json::parse(text);
    for (const json::value& t : v.at("data").as_array()) ids.emplace_back(t.at("id").as_string());
    EXPECT_EQ(v.at("page").at("has_more").as_bool(), v.at("page").at("cursor").is_string());
    if (!v.at("page").at("has_more").as_bool()) return ids;
    // The cursor carries its filters.
    filters = {{"cursor", std::string{v.at("page").at("cursor").as_string()}},
               {"limit", std::to_string(limit)}};
  }
  ADD_FAILURE() << "paging does not end";
  return ids;
}

TEST(Listing, PagesHoldEveryThreadOnceNewestFirst) {
  const workspace w{101};
  for (const std::size_t limit : {1u, 7u, 50u, 101u, 200u}) {
    const auto ids = walk(w.threads, {}, limit);
    ASSERT_EQ(ids.size(), 101u) << limit;
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 101u);
    EXPECT_EQ(ids.front(), "thr_201");
    EXPECT_EQ(ids.back(), "thr_101");
  }
}

TEST(Listing, FiltersHoldOnEveryPage) {
  workspace w{300};
  std::size_t open = 0;
  for (std::size_t i = 0; i < 300; ++i) open += status_text(w.threads.at(i).state) == "open";
  ASSERT_GT(open, 20u);
  EXPECT_EQ(walk(w.threads, {{"status", "open"}}, 7).size(), open);
  EXPECT_EQ(walk(w.threads, {{"tag_id", "no such tag"}}, 7).size(), 0u);
  w.patch(R"({"tag_ids":["tag_only"],"assignee_id":"usr_only","external_ids":{"zendesk":"z1"}})");
  for (const auto& [name, value] :
       query{{"tag_id", "tag_only"}, {"assignee_id", "usr_only"}, {"external_id", "z1"}}) {
    EXPECT_EQ(walk(w.threads, {{name, value}}, 7), std::vector<std::string>{"thr_101"}) << name;
  }
}

TEST(Listing, BrokenAndForeignCursorsAreRefused) {
  const workspace w{20};
  std::string text;
  ASSERT_EQ(append_thread_page(text, w.threads, {{"limit", "5"}}), page_result::written);
  const std::string cursor{json::parse(text).at("page").at("cursor").as_string()};
  std::string out;
  EXPECT_EQ(append_thread_page(out, w.threads, {{"cursor", "x" + cursor}}), page_result::broken_cursor);
  EXPECT_EQ(append_thread_page(out, w.threads, {{"cursor", cursor}, {"status", "open"}}),
            page_result::broken_cursor);
  EXPECT_EQ(append_tag_page(out, w.threads, {{"cursor", cursor}}), page_result::broken_cursor);
}

TEST(Listing, TagsPageAndFilter) {
  workspace w;
  w.threads.entities().add_tag("tag_z", "Bug bounty");
  std::string text;
  ASSERT_EQ(append_tag_page(text, w.threads, {{"name_contains", "bug"}}), page_result::written);
  EXPECT_EQ(json::parse(text).at("data").as_array().size(), 2u);
  text.clear();
  ASSERT_EQ(append_tag_page(text, w.threads, {{"limit", "5"}}), page_result::written);
  const json::value page = json::parse(text);
  EXPECT_EQ(page.at("data").at(0).at("id"), "tag_z");
  EXPECT_EQ(page.at("page").at("has_more"), true);
}

}  // namespace
}  // namespace sandbox
