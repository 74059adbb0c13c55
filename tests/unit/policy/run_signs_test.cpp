#include "engine/policy/run_signs.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using api::verdict;
using sign = breaker::sign;

judgement sign_judgement(verdict is, bool outage = false, bool foreign = false, bool misdirected = false) {
  judgement j;
  j.is = is;
  j.outage = outage;
  j.foreign = foreign;
  j.misdirected = misdirected;
  return j;
}

TEST(RunSigns, SayWhatAnAttemptMeansToTheRun) {
  struct {
    const char* what;
    judgement j;
    sign to_the_breaker;
    bool trouble, leads_astray;
    bool read_concerns_rules, read_ends_trial;  // a write always does
    bool ends_well;                             // as the last word of a job that sent nothing
  } const rows[] = {
      {"2xx", sign_judgement(verdict::ok), sign::life, false, false, false, false, true},
      {"404", sign_judgement(verdict::refused), sign::life, false, false, false, false, true},
      {"429", sign_judgement(verdict::throttled), sign::life, true, false, true, false, false},
      {"500", sign_judgement(verdict::maybe, true), sign::outage, true, false, true, true, false},
      {"408", sign_judgement(verdict::maybe), sign::life, false, false, false, false, false},
      {"no connection", sign_judgement(verdict::retry, true), sign::outage, true, false, true, true, false},
      {"423", sign_judgement(verdict::retry), sign::life, false, false, false, false, false},
      {"421", sign_judgement(verdict::retry, true, false, true), sign::outage, true, true, true, true, false},
      {"401", sign_judgement(verdict::stop), sign::life, false, false, false, false, false},
      {"a page in a 2xx", sign_judgement(verdict::ok, true, true), sign::foreign, true, true, true, true,
       false},
      {"a stranger's 404", sign_judgement(verdict::refused, true, true), sign::foreign, true, true, true,
       true, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(sign_of(row.j), row.to_the_breaker);
    EXPECT_EQ(is_trouble(row.j), row.trouble);
    EXPECT_EQ(leads_astray(row.j), row.leads_astray);
    EXPECT_EQ(concerns_stop_rules(request_kind::read, row.j), row.read_concerns_rules);
    EXPECT_TRUE(concerns_stop_rules(request_kind::write, row.j));
    EXPECT_EQ(ends_trial(request_kind::read, row.j), row.read_ends_trial);
    EXPECT_TRUE(ends_trial(request_kind::write, row.j));
    EXPECT_EQ(ended_well_without_write(0, row.j), row.ends_well);
    EXPECT_FALSE(ended_well_without_write(1, row.j)) << "its write told already";
  }
}

TEST(RunSigns, TroubleIsSaidInWords) {
  struct {
    phase reached;
    transport_fault fault;
    int status;
    std::string body, detail;
    bool foreign;
    std::string words;
  } const rows[] = {
      {phase::answered, {}, 503, "{}", "", false, "the API answered 503"},
      {phase::answered,
       {},
       404,
       "<html>",
       "",
       true,
       "404 with a page that is not the API's own; check api.base_url"},
      {phase::answered,
       {},
       404,
       "{}",
       "",
       true,
       "404 with a reply that is not the API's own; check api.base_url"},
      {phase::maybe_applied, transport_fault::timeout, 0, "", "", false, "timed out"},
      {phase::not_sent, transport_fault::timeout, 0, "", "after 10 s", false, "timed out: after 10 s"},
      {phase::not_sent, transport_fault::timeout, 0, "", std::string(1000, 'x'), false,
       "timed out: " + std::string(400, 'x')},
  };
  for (const auto& row : rows) {
    attempt_fact fact;
    fact.reached = row.reached;
    fact.fault = row.fault;
    fact.status = row.status;
    fact.body = row.body;
    fact.detail = row.detail;
    EXPECT_EQ(trouble_in_words(fact, row.foreign), row.words);
  }
}

TEST(RunSigns, AJobThatMustStopTheRunSaysWhy) {
  struct {
    error_note note;
    std::string reason, what;
  } const rows[] = {
      {{403, "scope_required", "No scope", "req_1"},
       "scope_required",
       "the API answered 403 scope_required: No scope (request req_1)"},
      {{402, {}, "HTTP 402", {}}, "http_402", "the API answered 402: HTTP 402"},
      {{0, "untrusted", "the certificate is not trusted", {}}, "untrusted", "the certificate is not trusted"},
  };
  for (const auto& row : rows) {
    const auto order = order_of({row.note, "mend it"});
    EXPECT_EQ(order.reason, row.reason);
    EXPECT_EQ(order.why.what, row.what);
    EXPECT_EQ(order.why.remedy, "mend it");
    EXPECT_EQ(order.why.kind, failure_kind::mend);
    EXPECT_FALSE(order.resume_at);
  }
}

TEST(RunSigns, TheFailureThatReachesTheLimitStopsTheRun) {
  stop_options options;
  options.failures.count = 2;
  stop_rules rules(options);
  const api::profile names;
  const auto end = [&](outcome result, reply_trouble trouble = reply_trouble::none) {
    action::finish done{};
    done.result = result;
    done.trouble = trouble;
    done.troubled_by = "the reply is a page";
    return on_job_end(rules, done, names, time_point{1s});
  };
  EXPECT_FALSE(end(outcome::applied));
  EXPECT_FALSE(end(outcome::failed));
  EXPECT_FALSE(end(outcome::unchanged));
  const auto order = end(outcome::refused);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "max_failures");
  EXPECT_FALSE(end(outcome::applied)) << "a success reaches nothing";
}

TEST(RunSigns, RepliesThatShowNothingStopTheRunThoughTheirRowsAreApplied) {
  stop_rules rules{stop_options{}};
  const api::profile names;
  action::finish done{};
  done.result = outcome::applied;
  done.trouble = reply_trouble::unshown;
  done.troubled_by = "the reply is a page";
  std::optional<stop_order> order;
  for (int i = 1; i <= 3; ++i) {
    EXPECT_FALSE(order) << i;
    order = on_job_end(rules, done, names, time_point{1s});
  }
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "unshown_replies");
}

TEST(RunSigns, AnOrderNamesTheLastAnswerWhereTheApiIsInTrouble) {
  for (const std::string reason : {"outage", "throttled", "no_progress", "max_failures"}) {
    stop_order order;
    order.reason = reason;
    order.why.what = "nothing but failures";
    order.name_last_answer("");
    EXPECT_EQ(order.why.what, "nothing but failures");
    order.name_last_answer("timed out");
    const bool named = reason == "outage" || reason == "throttled";
    EXPECT_EQ(order.why.what,
              named ? "nothing but failures; the last answer: timed out" : "nothing but failures");
  }
}

}  // namespace
}  // namespace pawl::policy
