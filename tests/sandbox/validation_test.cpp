#include "tests/sandbox/validation.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace sandbox {
namespace {

// The first complaint as `path: message`, empty for a good body.
std::string complaint(const std::string& body) {
  const auto found = check_patch(boost::json::parse(body));
  return found.empty() ? "" : found.front().path + ": " + found.front().message;
}

TEST(Validation, AcceptsWhatTheDocumentAllows) {
  const std::string longest(512, 'x');
  std::string emoji;
  for (int i = 0; i < 512; ++i) emoji += "🚀";
  for (const std::string& body : {
           std::string{"{}"},
           std::string{R"({"status":"done","closed_loop":true})"},
           std::string{R"({"status":"snoozed","snoozed_until":"2027-01-04T09:00:00Z"})"},
           std::string{R"({"snoozed_until":"2027-01-04T09:00:00Z"})"},
           std::string{R"({"title":null,"assignee_id":null,"company_id":null,"project_id":null})"},
           std::string{R"({"tag_ids":[]})"},
           std::string{R"({"tag_ids":["a","b"],"pain_level":"HIGH","text":"<p>x</p>","contact_id":"c"})"},
           std::string{R"({"ai_draft_html":"","ai_draft_sources":[{"type":"doc","title":"t","url":"u"}]})"},
           std::string{R"({"ai_draft_html":null,"ai_draft_sources":null,"clear_ai_draft_error":true})"},
           std::string{R"({"notify":{"slack":true}})"},
           std::string{R"({"external_ids":{"zendesk":"1"}})"},
           R"({"title":")" + longest + "\"}",
           R"({"title":")" + emoji + "\"}",
       }) {
    EXPECT_EQ(complaint(body), "") << body;
  }
}

struct bad_body {
  std::string body, complaint;
};

TEST(Validation, RefusesEachWrongField) {
  const std::vector<bad_body> cases{
      {"[]", ": Expected object"},
      {R"({"status":"opne"})", "status: Must be one of open, snoozed, done"},
      {R"({"status":null})", "status: Must not be null"},
      {R"({"status":"snoozed"})", "snoozed_until: Required"},
      {R"({"snoozed_until":"tomorrow"})", "snoozed_until: Expected an ISO 8601 date-time"},
      {R"({"snoozed_until":null})", "snoozed_until: Must not be null"},
      {R"({"text":""})", "text: Must contain at least 1 character"},
      {R"({"text":null})", "text: Must not be null"},
      {R"({"title":")" + std::string(513, 'x') + "\"}", "title: Must contain at most 512 characters"},
      {R"({"title":7})", "title: Expected string"},
      {R"({"pain_level":"high"})", "pain_level: Must be one of UNKNOWN, LOW, MEDIUM, HIGH"},
      {R"({"contact_id":null})", "contact_id: Must not be null"},
      {R"({"tag_ids":"a"})", "tag_ids: Expected array"},
      {R"({"tag_ids":["a",7]})", "tag_ids.1: Expected string"},
      {R"({"tag_ids":null})", "tag_ids: Must not be null"},
      {R"({"closed_loop":"true"})", "closed_loop: Expected boolean"},
      {R"({"ai_draft_sources":[{"type":"doc"}]})", "ai_draft_sources.0.title: Required"},
      {R"({"notify":{"sms":true}})", "notify.sms: Unknown field"},
      {R"({"notify":true})", "notify: Expected object"},
      {R"({"tab":"done"})", "tab: Unknown field"},
      {R"({"updated_at":"2027-01-04T09:00:00Z"})", "updated_at: Unknown field"},
      {R"({"external_ids":[]})", "external_ids: Expected object"},
  };
  for (const bad_body& c : cases) EXPECT_EQ(complaint(c.body), c.complaint) << c.body;
}

TEST(Validation, ReportsEveryWrongFieldAtOnce) {
  EXPECT_EQ(check_patch(boost::json::parse(R"({"status":1,"text":2,"x":3})")).size(), 3u);
}

TEST(Validation, ChecksQueryParameters) {
  const auto wrong = [](parameters which, const char* text) {
    const auto found = check_query(which, parse_query(text).value());
    return found.empty() ? std::string{} : found.front().path;
  };
  EXPECT_EQ(wrong(parameters::thread_list, "limit=200&status=open&updated_after=2027-01-04T09%3A00%3A00Z"),
            "");
  EXPECT_EQ(wrong(parameters::thread_list, "limit=0"), "limit");
  EXPECT_EQ(wrong(parameters::thread_list, "limit=201"), "limit");
  EXPECT_EQ(wrong(parameters::thread_list, "status=closed"), "status");
  EXPECT_EQ(wrong(parameters::thread_list, "tab=my"), "tab");
  EXPECT_EQ(wrong(parameters::thread_list, "assignee=x"), "assignee");
  EXPECT_EQ(wrong(parameters::thread_list, "status=open&status=done"), "status");
  EXPECT_EQ(wrong(parameters::thread, "expand=anything"), "");
  EXPECT_EQ(wrong(parameters::tag_list, "name_contains=b"), "");
  EXPECT_EQ(wrong(parameters::none, "a=b"), "a");
}

}  // namespace
}  // namespace sandbox
