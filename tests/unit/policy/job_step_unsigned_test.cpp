// "Not applied" that does not show who said it: what a row makes of it.
#include "tests/unit/policy/job_step_walk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl::policy {
namespace {

// "Try again" and "not now" of nobody knows whom: the write may have been passed on.
TEST(JobStepUnsigned, WhatNobodySignedIsNoProofThatNothingWasApplied) {
  api::status_rule rule;
  rule.statuses = {{409, 409}, {477, 477}};
  struct row {
    api::verdict then;
    api::wait_scope scope;
    int status;
    const char* to_safe;
  };
  const row rows[] = {
      {api::verdict::retry, api::wait_scope::of_class, 409, "sleep"},
      {api::verdict::throttled, api::wait_scope::of_class, 409, "queue"},
      {api::verdict::throttled, api::wait_scope::of_id, 477, "sleep"},
  };
  const std::string own = R"({"error":{"code":"own","message":"no"}})";
  for (const auto& r : rows)
    for (const bool is_signed : {false, true}) {
      rule.then = r.then;
      rule.scope = r.scope;
      auto p = by_hand::shown_profile();
      p.rules = {rule};
      by_hand::walk safe(p);
      safe.read_and_send();
      ASSERT_EQ(safe.write_answers(r.status, is_signed ? own : "{}"), r.to_safe) << r.status;
      // A run that ends now leaves the intent for the next one to look, unless the API has said no.
      by_hand::walk ended(p);
      ended.read_and_send();
      ended.write_answers(r.status, is_signed ? own : "{}");
      ASSERT_EQ(ended.feed(event::cancelled{}), "pending") << r.status;
      EXPECT_EQ(std::get<action::leave_pending>(ended.next).withdraw_intent, is_signed) << r.status;
      if (std::string_view{r.to_safe} == "sleep") {
        ASSERT_EQ(safe.wake(), "queue") << r.status;
      }
      safe.to_the_wire();
      // A refusal by the next one is held against the resource first.
      EXPECT_EQ(safe.write_answers(404), is_signed ? "finish" : "read") << r.status;

      by_hand::walk once(p, true, false);
      once.read_and_send();
      ASSERT_EQ(once.write_answers(r.status, is_signed ? own : "{}"), is_signed ? r.to_safe : "sleep");
      if (is_signed) continue;
      ASSERT_EQ(once.wake(), "read") << r.status;
      EXPECT_EQ(once.read_shows(by_hand::wanted), "finish") << r.status;
      EXPECT_EQ(once.result(), outcome::applied) << r.status;
    }
}

// Nor is what ends the run: the next one looks whether the write was made. Who lets nobody in has not passed
// it on.
TEST(JobStepUnsigned, WhatEndsTheRunMayHaveBeenSaidAfterTheWrite) {
  const std::string own = R"({"error":{"code":"gone","message":"no"}})";
  struct {
    int status;
    std::string says;
    bool withdraws;
  } const rows[] = {{302, "<!doctype html><title>Back soon</title>", false},
                    {302, own, true},
                    {410, "", true},
                    {410, R"({"message":"no route"})", false},
                    {401, R"({"message":"no route"})", true},
                    {402, own, true},
                    {407, "{}", true}};
  for (const auto& r : rows) {
    by_hand::walk w;
    w.read_and_send();
    ASSERT_EQ(w.write_answers(r.status, r.says), "stop") << r.status;
    ASSERT_EQ(w.feed(event::cancelled{}), "pending") << r.status;
    EXPECT_EQ(std::get<action::leave_pending>(w.next).withdraw_intent, r.withdraws) << r.status << r.says;
  }
}

}  // namespace
}  // namespace pawl::policy
