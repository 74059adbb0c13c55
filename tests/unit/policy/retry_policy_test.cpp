#include "engine/policy/retry_policy.hpp"

#include "tests/unit/policy/judged_answer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::policy {
namespace {

using api::verdict;
using std::chrono::milliseconds;
using std::chrono::seconds;

judgement judged(verdict is, bool charges, bool outage, std::string_view remedy = {}) {
  judgement j;
  j.is = is;
  j.charges_attempt = charges;
  j.outage = outage;
  j.remedy = remedy;
  return j;
}

judgement broke(phase reached, transport_fault fault, bool replay_safe = true) {
  attempt_fact fact;
  fact.reached = reached;
  fact.fault = fault;
  return judge({}, fact, {}, replay_safe);
}

TEST(RetryPolicy, JudgesEveryStatusAsTheTableSays) {
  struct row {
    int status;
    std::string_view code;
    verdict is;
    bool charges, outage;
    bool foreign = false;
  };
  const std::array table{
      row{200, "", verdict::ok, true, false},
      row{201, "", verdict::ok, true, false},
      row{204, "", verdict::ok, true, false},
      row{299, "", verdict::ok, true, false},
      row{300, "", verdict::stop, false, false},
      row{301, "", verdict::stop, false, false},
      row{304, "", verdict::stop, false, false},
      row{308, "", verdict::stop, false, false},
      row{399, "", verdict::stop, false, false},
      row{400, "validation_failed", verdict::refused, true, false},
      row{401, "unauthenticated", verdict::stop, false, false},
      row{402, "", verdict::stop, false, false},
      row{403, "forbidden", verdict::refused, true, false},
      row{403, "", verdict::refused, false, true, true},
      row{403, "scope_required", verdict::stop, false, false},
      row{404, "not_found", verdict::refused, true, false},
      row{404, "scope_required", verdict::refused, true, false},
      row{408, "", verdict::maybe, true, false},
      row{409, "conflict", verdict::refused, true, false},
      row{410, "unsupported_key_version", verdict::stop, false, false},
      row{404, "", verdict::refused, false, true, true},
      row{405, "", verdict::refused, false, true, true},
      row{407, "", verdict::stop, false, false},
      row{413, "", verdict::refused, false, true, true},
      row{413, "too_large", verdict::refused, true, false},
      row{421, "", verdict::retry, false, true},
      row{423, "", verdict::retry, false, false},
      row{423, "locked", verdict::retry, false, false},
      row{425, "", verdict::retry, false, false},
      row{422, "unprocessable", verdict::refused, true, false},
      row{429, "rate_limited", verdict::throttled, false, false},
      row{499, "", verdict::refused, false, true, true},
      row{500, "internal_error", verdict::maybe, true, true},
      row{501, "", verdict::maybe, true, true},
      row{502, "", verdict::maybe, true, true},
      row{503, "", verdict::maybe, true, true},
      row{504, "", verdict::maybe, true, true},
      row{520, "", verdict::maybe, true, true},
      row{599, "", verdict::maybe, true, true},
      row{600, "", verdict::maybe, true, false},
      row{999, "", verdict::maybe, true, false},
      row{1000, "", verdict::maybe, true, false},
      row{100, "", verdict::maybe, true, false},
      row{199, "", verdict::maybe, true, false},
      row{99, "", verdict::maybe, true, false},
      row{0, "", verdict::maybe, true, false},
      row{-1, "", verdict::maybe, true, false},
  };
  for (const auto& r : table) {
    const auto is = answer(r.status, r.code);
    EXPECT_EQ(is.is, r.is) << r.status << ' ' << r.code;
    EXPECT_EQ(is.charges_attempt, r.charges) << r.status << ' ' << r.code;
    EXPECT_EQ(is.outage, r.outage) << r.status << ' ' << r.code;
    EXPECT_EQ(is.foreign, r.foreign) << r.status << ' ' << r.code;
    EXPECT_EQ(is.remedy.empty(), r.is != verdict::stop) << r.status << ' ' << r.code;
  }
}

TEST(RetryPolicy, SaysWhatToMendWhenTheRunStops) {
  EXPECT_NE(answer(401).remedy.find("key (401)"), std::string_view::npos);
  EXPECT_NE(answer(403, "scope_required").remedy.find("scope"), std::string_view::npos);
  EXPECT_NE(answer(410).remedy.find("(410)"), std::string_view::npos);
  EXPECT_NE(answer(302).remedy.find("redirect"), std::string_view::npos);
  const auto untrusted = broke(phase::not_sent, transport_fault::untrusted);
  EXPECT_EQ(untrusted.is, verdict::stop);
  EXPECT_NE(untrusted.remedy.find("--ca-file"), std::string_view::npos);
  const auto proxy = broke(phase::not_sent, transport_fault::proxy_credentials);
  EXPECT_EQ(proxy.is, verdict::stop);
  EXPECT_NE(proxy.remedy.find("HTTPS_PROXY"), std::string_view::npos);
  const auto certificate = broke(phase::not_sent, transport_fault::client_certificate);
  EXPECT_EQ(certificate.is, verdict::stop);
  EXPECT_NE(certificate.remedy.find("--cert"), std::string_view::npos);
}

TEST(RetryPolicy, ARedirectAndA410AreOfTheRowOnceARowHasSucceeded) {
  attempt_fact fact;
  fact.reached = phase::answered;
  for (const int status : {300, 301, 302, 303, 307, 308, 399, 410})
    for (const bool own : {false, true}) {
      fact.status = status;
      reply_signs signs;
      signs.enveloped = own;
      EXPECT_EQ(judge({}, fact, signs, true).is, verdict::stop);
      signs.has_succeeded = true;
      const auto later = judge({}, fact, signs, true);
      EXPECT_EQ(later.is, verdict::refused) << status;
      EXPECT_EQ(later.foreign, !own) << status;
    }
}

TEST(RetryPolicy, APageInA2xxIsNotTheApisOwn) {
  attempt_fact fact;
  fact.reached = phase::answered;
  reply_signs signs;
  signs.page = true;
  for (const int status : {200, 201, 202, 299}) {
    fact.status = status;
    const auto is = judge({}, fact, signs, true);
    EXPECT_EQ(is.is, verdict::ok);
    EXPECT_TRUE(is.foreign);
    EXPECT_TRUE(is.outage);
    EXPECT_FALSE(is.charges_attempt);
  }
}

TEST(RetryPolicy, TellsByItsFormWhatThisApiDoesNotSay) {
  struct {
    request_kind to;
    std::string_view body, type;
    bool enveloped, echoes, has_succeeded, page;
  } const rows[] = {
      {request_kind::write, R"({"id":1})", "text/html", false, true, false, false},
      {request_kind::write, "<html>", "", false, true, false, true},
      {request_kind::write, "down", "text/html", false, true, false, true},
      {request_kind::write, "", "text/html", false, true, false, false},
      {request_kind::write, "[]", "", false, true, true, false},
      // Prose, where writes show nothing.
      {request_kind::write, "We are back in a moment, thank you for waiting", "", false, true, false, false},
      {request_kind::write, "We are back in a moment, thank you for waiting", "", false, false, false, true},
      {request_kind::write, "OK", "", false, false, false, false},
      {request_kind::write, "<e>", "", true, false, false, false},  // an envelope is the API's word
      // A read is answered with a resource, or by somebody else.
      {request_kind::read, R"({"id":1})", "text/html", false, true, false, false},
      {request_kind::read, "", "", false, true, false, true},
      {request_kind::read, "<html>", "", false, true, false, true},
      {request_kind::read, "[]", "", false, true, false, false},
      {request_kind::read, "[]", "", false, true, true, true},  // it has shown resources before
      {request_kind::read, "null", "", false, true, true, false},
  };
  for (const auto& row : rows) {
    api::profile profile;
    profile.reply.is = row.echoes ? api::reply_kind::resource : api::reply_kind::none;
    const std::vector<header_field> headers{{"Content-Type", row.type}};
    std::string body(row.body);
    body.reserve(body.size() + 64);
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.headers = headers;
    fact.body = body;
    api::error_view error;
    error.code = "E1";
    error.enveloped = row.enveloped;
    auto signs = signs_of(profile, fact, error, row.to, row.has_succeeded);
    EXPECT_EQ(signs.page, row.page) << row.body << row.type << row.echoes << row.has_succeeded;
    EXPECT_EQ(signs.code, "E1");
    EXPECT_EQ(signs.enveloped, row.enveloped);
    EXPECT_EQ(signs.has_succeeded, row.has_succeeded);

    fact.reached = phase::maybe_applied;
    signs = signs_of(profile, fact, error, row.to, row.has_succeeded);
    EXPECT_FALSE(signs.page) << "no reply, no signs";
    EXPECT_TRUE(signs.code.empty());
    EXPECT_FALSE(signs.enveloped);
  }
}

TEST(RetryPolicy, AnErrorInASuccessIsOneUnlessSomebodyVouches) {
  struct {
    bool enveloped, vouched;
    std::string_view code;
    bool is_error;
  } const rows[] = {{true, false, "E1", true},
                    {true, false, "ok", false},
                    {true, false, "0", false},
                    {true, true, "E1", false},
                    {false, false, "E1", false}};
  for (const auto& row : rows) {
    judgement j;
    j.vouched = row.vouched;
    api::error_view error;
    error.code = row.code;
    error.enveloped = row.enveloped;
    EXPECT_EQ(is_error_in_success(j, error), row.is_error) << row.code;
  }
}

judgement vouched_for(judgement j) {
  j.vouched = true;
  return j;
}

TEST(RetryPolicy, AnyOther4xxWithRetryAfterIsThrottling) {
  const std::vector<header_field> wait{{"Retry-After", "7"}};
  for (const int status : {400, 403, 404, 405, 409, 410, 413, 418, 422, 423, 425, 429, 451, 499})
    for (const bool safe : {true, false})
      EXPECT_EQ(answer(status, "code", safe, wait), vouched_for(judged(verdict::throttled, false, false)))
          << status;
  for (const int status : {401, 402, 407})
    EXPECT_EQ(answer(status, "", true, wait).is, verdict::stop) << status;
  EXPECT_EQ(answer(408, "", true, wait).is, verdict::maybe);
  EXPECT_EQ(answer(421, "", true, wait).is, verdict::retry);
}

TEST(RetryPolicy, TakesA503WithRetryAfterAsThrottlingOnlyForReplaySafeJobs) {
  const std::vector<header_field> wait{{"Content-Type", "text/html"}, {"retry-after", "7"}};
  EXPECT_EQ(answer(503, {}, true, wait), judged(verdict::throttled, false, false));
  EXPECT_EQ(answer(503, {}, false, wait), judged(verdict::maybe, true, true));
  EXPECT_EQ(answer(503, {}, true, {{"Retry-Afterwards", "7"}}).is, verdict::maybe);
  // Other server errors stay what they are, whatever they promise.
  EXPECT_EQ(answer(500, {}, true, wait).is, verdict::maybe);

  api::profile without;
  without.headers.retry_after.clear();
  EXPECT_EQ(answer(503, {}, true, wait, without).is, verdict::maybe);
  api::profile other;
  other.headers.retry_after = "X-Wait";
  EXPECT_EQ(answer(503, {}, true, wait, other).is, verdict::maybe);
  EXPECT_EQ(answer(503, {}, true, {{"x-wait", "1"}}, other).is, verdict::throttled);
}

TEST(RetryPolicy, A429IsNotAppliedForAnyJob) {
  EXPECT_EQ(answer(429, {}, false), vouched_for(judged(verdict::throttled, false, false)));
}

TEST(RetryPolicy, ChargesNothingBeforeTheFirstByte) {
  for (const auto fault : {transport_fault::resolve, transport_fault::connect, transport_fault::proxy,
                           transport_fault::handshake, transport_fault::closed, transport_fault::reset,
                           transport_fault::timeout, transport_fault::malformed, transport_fault::oversized})
    EXPECT_EQ(broke(phase::not_sent, fault), judged(verdict::retry, false, true)) << to_string(fault);
  EXPECT_EQ(broke(phase::not_sent, transport_fault::cancelled), judged(verdict::retry, false, false));
}

TEST(RetryPolicy, EverythingAfterTheFirstByteMayHaveBeenApplied) {
  for (const bool safe : {true, false}) {
    for (const auto fault : {transport_fault::closed, transport_fault::reset, transport_fault::timeout,
                             transport_fault::malformed})
      EXPECT_EQ(broke(phase::maybe_applied, fault, safe), judged(verdict::maybe, true, true))
          << to_string(fault);
    EXPECT_EQ(broke(phase::maybe_applied, transport_fault::oversized, safe),
              judged(verdict::maybe, true, false));
    EXPECT_EQ(broke(phase::maybe_applied, transport_fault::cancelled, safe),
              judged(verdict::maybe, false, false));
  }
}

TEST(RetryPolicy, AsksTheProfilesRulesInTheirOrderFirst) {
  api::profile p;
  p.rules = {
      {.statuses = {{400, 499}},
       .code = "try_later",
       .header = {},
       .header_value = {},
       .then = verdict::retry,
       .remedy = {}},
      {.statuses = {{400, 400}},
       .code = {},
       .header = "X-Quota",
       .header_value = "Exhausted",
       .then = verdict::stop,
       .remedy = "buy more"},
      {.statuses = {{400, 400}},
       .code = {},
       .header = "x-quota",
       .header_value = {},
       .then = verdict::throttled,
       .remedy = {}},
      {.statuses = {{404, 404}},
       .code = {},
       .header = {},
       .header_value = {},
       .then = verdict::ok,
       .remedy = {}},
      {.statuses = {{500, 599}},
       .code = {},
       .header = {},
       .header_value = {},
       .then = verdict::retry,
       .remedy = {}},
      {.statuses = {{418, 418}},
       .code = {},
       .header = {},
       .header_value = {},
       .then = verdict::stop,
       .remedy = {}},
      {.statuses = {{202, 202}},
       .code = {},
       .header = {},
       .header_value = {},
       .then = verdict::maybe,
       .remedy = {}},
  };
  EXPECT_EQ(answer(400, "try_later", true, {{"X-Quota", ""}}, p),
            vouched_for(judged(verdict::retry, true, false)));
  EXPECT_EQ(answer(400, "other", true, {{"X-QUOTA", "exhausted"}}, p),
            vouched_for(judged(verdict::stop, false, false, "buy more")));
  auto low = vouched_for(judged(verdict::throttled, false, false));
  low.rule = &p.rules[2];
  EXPECT_EQ(answer(400, "other", true, {{"X-QUOTA", "low"}}, p), low);
  // A header that is there without a value is there.
  EXPECT_EQ(answer(400, "other", true, {{"X-Quota", {}}}, p).is, verdict::throttled);
  EXPECT_EQ(answer(400, "other", true, {}, p).is, verdict::refused);
  EXPECT_EQ(answer(404, "", true, {}, p), vouched_for(judged(verdict::ok, true, false)));
  EXPECT_EQ(answer(503, "", true, {{"Retry-After", "1"}}, p), judged(verdict::retry, true, true));
  EXPECT_FALSE(answer(418, "", true, {}, p).remedy.empty());
  EXPECT_EQ(answer(202, "", true, {}, p), judged(verdict::maybe, true, false));
  EXPECT_EQ(answer(401, "", true, {}, p).is, verdict::stop);
}

TEST(RetryPolicy, DoesNotAskRulesAboutWhatIsNoStatus) {
  api::profile p;
  p.rules = {{.statuses = {{100, 599}},
              .code = {},
              .header = {},
              .header_value = {},
              .then = verdict::ok,
              .remedy = {}}};
  EXPECT_EQ(answer(0, "", true, {}, p).is, verdict::maybe);
  EXPECT_EQ(answer(200, "", true, {}, p).is, verdict::ok);
  // What the loader lets no rule name, a rule for any status does not mean.
  p.rules[0].statuses.clear();
  EXPECT_EQ(answer(599, "", true, {}, p).is, verdict::ok);
  for (const int status : {99, 600, 999, 1000}) EXPECT_EQ(answer(status, "", true, {}, p).is, verdict::maybe);
}

}  // namespace
}  // namespace pawl::policy
