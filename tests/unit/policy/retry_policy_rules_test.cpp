// What the rules of a profile make of a reply.
#include "engine/policy/retry_policy.hpp"
#include "engine/text/json_path.hpp"
#include "tests/unit/policy/judged_answer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::policy {
namespace {

using api::verdict;
using namespace std::chrono_literals;

struct said {
  int status = 0;
  std::string_view code{}, message{};
  std::vector<header_field> headers{};
  std::string_view body{};
  bool to_a_write = true;
};

judgement judged(const api::profile& profile, const said& reply) {
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = reply.status;
  fact.headers = reply.headers;
  fact.body = reply.body;
  api::error_view error;
  error.code = reply.code;
  error.message = reply.message;
  error.enveloped = !reply.code.empty() || !reply.message.empty();
  const auto kind = reply.to_a_write ? request_kind::write : request_kind::read;
  return judge(profile, fact, signs_of(profile, fact, error, kind, false), true);
}

api::status_rule rule_for(std::vector<api::status_range> statuses, verdict then) {
  api::status_rule rule;
  rule.statuses = std::move(statuses);
  rule.then = then;
  return rule;
}

// As GitHub throttles: with 403 or 429, in two ways.
api::profile github() {
  api::profile p;
  auto primary = rule_for({{403, 403}, {429, 429}}, verdict::throttled);
  primary.header = "x-ratelimit-remaining";
  primary.header_value = "0";
  primary.scope = api::wait_scope::of_all;
  auto secondary = rule_for({{403, 403}, {429, 429}}, verdict::throttled);
  secondary.message = "rate limit";
  secondary.wait = {{api::wait_source::kind::retry_after, {}}, {api::wait_source::kind::time, 60s}};
  secondary.scope = api::wait_scope::of_all;
  p.rules = {primary, secondary, rule_for({{301, 301}, {410, 410}}, verdict::refused)};
  return p;
}

TEST(RetryPolicyRules, MatchByStatusListMessageAndHeader) {
  const auto p = github();
  const auto* primary = p.rules.data();
  const auto* secondary = primary + 1;
  const header_field none_left{"X-RateLimit-Remaining", "0"}, some_left{"X-RateLimit-Remaining", "12"};
  struct row {
    const char* name;
    said reply;
    verdict is;
    const api::status_rule* rule;
  };
  const row rows[] = {
      {"nothing left",
       {.status = 403, .message = "API rate limit exceeded", .headers = {none_left}},
       verdict::throttled,
       primary},
      {"nothing left, 429", {.status = 429, .headers = {none_left}}, verdict::throttled, primary},
      {"the message, whatever its case",
       {.status = 403, .message = "You have exceeded a secondary Rate Limit.", .headers = {some_left}},
       verdict::throttled,
       secondary},
      {"at its end", {.status = 429, .message = "RATE LIMIT"}, verdict::throttled, secondary},
      {"another message",
       {.status = 403, .message = "Resource not accessible", .headers = {some_left}},
       verdict::refused,
       nullptr},
      {"a part of the words", {.status = 403, .message = "rate limi"}, verdict::refused, nullptr},
      {"no message", {.status = 429}, verdict::throttled, nullptr},
      {"a status of no rule", {.status = 404, .message = "rate limit"}, verdict::refused, nullptr},
      {"the second of a list", {.status = 410, .message = "gone"}, verdict::refused, nullptr},
      {"between the two", {.status = 302, .message = "moved"}, verdict::stop, nullptr},
  };
  for (const auto& r : rows) {
    const auto is = judged(p, r.reply);
    EXPECT_EQ(is.is, r.is) << r.name;
    EXPECT_EQ(is.rule, r.rule) << r.name;
    EXPECT_FALSE(is.foreign) << r.name;
  }
}

TEST(RetryPolicyRules, AMessageVouchesAsACodeDoes) {
  api::profile p;
  auto by_message = rule_for({{404, 404}}, verdict::refused);
  by_message.message = "no such";
  p.rules = {by_message};
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = 404;
  reply_signs signs;
  EXPECT_TRUE(judge(p, fact, signs, true).foreign);
  signs.message = "There is No Such thing";
  EXPECT_FALSE(judge(p, fact, signs, true).foreign);

  auto fine = rule_for({{200, 299}}, verdict::ok);
  fine.message = "queued";
  p.rules = {fine};
  fact.status = 202;
  signs.message = "queued";
  EXPECT_TRUE(judge(p, fact, signs, true).vouched);
}

// HubSpot's 423 and 477: the row alone waits.
TEST(RetryPolicyRules, WhatIsOfTheIdThrottlesNobodyElse) {
  api::profile p;
  auto locked = rule_for({{423, 423}, {477, 477}}, verdict::throttled);
  locked.scope = api::wait_scope::of_id;
  p.rules = {locked};
  for (const int status : {423, 477})
    for (const std::vector<header_field>& headers :
         {std::vector<header_field>{}, std::vector<header_field>{{"Retry-After", "9"}}}) {
      const auto is = judged(p, {.status = status, .headers = headers});
      EXPECT_EQ(is.is, verdict::retry) << status;
      EXPECT_TRUE(is.of_the_row) << status;
      EXPECT_FALSE(is.charges_attempt || is.outage || is.foreign) << status;
      EXPECT_EQ(is.rule, p.rules.data()) << status;
    }
}

api::profile guarded_by_etag() {
  api::profile p;
  p.error = {{*parse_json_path("code")}, {*parse_json_path("message")}, {}, {}};
  p.write.headers = {{"If-Match", {{api::hole::was_header, "ETag", {}}}}};
  return p;
}

TEST(RetryPolicyRules, A409OrA412UnderAGuardIsAConflict) {
  const api::profile bare;
  const auto by_header = guarded_by_etag();
  api::profile by_stamp;
  by_stamp.write.body.emplace();
  by_stamp.write.body->is = api::json_template::kind::object;
  api::json_template stamp;
  stamp.is = api::json_template::kind::hole;
  stamp.pieces = {{api::hole::was, "", *parse_json_path("updated_at")}};
  by_stamp.write.body->members = {{"stamp", stamp}};
  EXPECT_FALSE(api::is_guarded(bare));
  EXPECT_TRUE(api::is_guarded(by_header));
  EXPECT_TRUE(api::is_guarded(by_stamp));
  for (const int status : {409, 412}) {
    EXPECT_EQ(judged(bare, {.status = status, .code = "c"}).is, verdict::refused) << status;
    for (const auto* p : std::array{&by_header, &std::as_const(by_stamp)}) {
      const auto is = judged(*p, {.status = status, .code = "c"});
      EXPECT_EQ(is.is, verdict::conflict) << status;
      EXPECT_TRUE(is.charges_attempt) << status;
      EXPECT_FALSE(is.outage || is.foreign) << status;
      EXPECT_TRUE(is.vouched) << status;
      // It need not have a body: what decides is the read that follows. But without one anybody may have said
      // it, and after the write was applied.
      EXPECT_EQ(judged(*p, {.status = status}).is, verdict::conflict) << status;
      EXPECT_FALSE(judged(*p, {.status = status}).vouched) << status;
      const auto of_a_read = judged(*p, {.status = status, .code = "c", .to_a_write = false});
      EXPECT_EQ(of_a_read.is, verdict::refused) << status;
    }
  }
  const auto page = judged(by_header, {.status = 409, .body = "<html><body>blocked</body></html>"});
  EXPECT_EQ(page.is, verdict::refused);
  EXPECT_TRUE(page.foreign);
  EXPECT_EQ(judged(by_header, {.status = 409, .headers = {{"Retry-After", "3"}}}).is, verdict::throttled);
}

// Zendesk's 409: of its database, or of the stamp.
TEST(RetryPolicyRules, AConflictIsWhatARuleSays) {
  auto p = guarded_by_etag();
  auto database = rule_for({{409, 409}}, verdict::retry);
  database.code = "DatabaseConflict";
  p.rules = {database, rule_for({{409, 409}, {422, 422}}, verdict::conflict)};
  EXPECT_EQ(judged(p, {.status = 409, .code = "DatabaseConflict"}).is, verdict::retry);
  EXPECT_EQ(judged(p, {.status = 409, .code = "UpdateConflict"}).is, verdict::conflict);
  EXPECT_EQ(judged(p, {.status = 422, .code = "x"}).is, verdict::conflict);
  EXPECT_EQ(judged(p, {.status = 422, .code = "x", .to_a_write = false}).is, verdict::refused);
  // A rule makes a conflict of it without a guard too (Jira).
  p.write = {};
  EXPECT_EQ(judged(p, {.status = 409, .code = "x"}).is, verdict::conflict);
}

// "Not applied" is the word of whoever says it: a gateway may say so after it has passed the write on.
TEST(RetryPolicyRules, ANotNowThatNobodySignedMayHaveBeenApplied) {
  api::status_rule retry, throttled;
  retry.statuses = {{400, 599}};
  retry.then = verdict::retry;
  throttled = retry;
  throttled.then = verdict::throttled;
  const std::vector<header_field> wait{{"Retry-After", "7"}};
  for (const int status : {400, 409, 412, 421, 422, 423, 425, 429, 477, 500, 503}) {
    const bool at_the_door = status == 421 || status == 423 || status == 425 || status == 429;
    for (const auto* rule : {&retry, &throttled}) {
      api::profile p;
      p.rules = {*rule};
      EXPECT_EQ(answer(status, {}, true, {}, p).is, rule->then) << status;
      EXPECT_EQ(answer(status, {}, true, {}, p).vouched, at_the_door) << status;
      EXPECT_EQ(answer(status, {}, false, {}, p).is, at_the_door ? rule->then : verdict::maybe) << status;
      EXPECT_EQ(answer(status, {}, false, {}, p).outage, !at_the_door ? status >= 500 : false) << status;
      for (const bool safe : {true, false}) {
        EXPECT_EQ(answer(status, "code", safe, {}, p).is, rule->then) << status;
        EXPECT_TRUE(answer(status, "code", safe, {}, p).vouched) << status;
        api::profile by_header = p;
        by_header.rules[0].header = "X-Api";
        EXPECT_EQ(answer(status, {}, safe, {{"X-Api", "1"}}, by_header).is, rule->then) << status;
        EXPECT_TRUE(answer(status, {}, safe, {{"X-Api", "1"}}, by_header).vouched) << status;
      }
    }
    if (status >= 500 || status == 421) continue;
    EXPECT_EQ(answer(status, {}, true, wait).is, verdict::throttled) << status;
    EXPECT_EQ(answer(status, {}, true, wait).vouched, at_the_door) << status;
    EXPECT_EQ(answer(status, {}, false, wait).is, at_the_door ? verdict::throttled : verdict::maybe)
        << status;
  }
}

TEST(RetryPolicyRules, ARuleVouchesForWhatItNames) {
  api::status_rule by_status, by_header;
  by_status.statuses = {{404, 404}};
  by_header = by_status;
  by_header.header = "X-Api";
  api::profile p;
  p.rules = {by_header, by_status};
  EXPECT_FALSE(answer(404, "", true, {{"X-Api", "1"}}, p).foreign);
  EXPECT_TRUE(answer(404, "", true, {}, p).foreign);
}

}  // namespace
}  // namespace pawl::policy
