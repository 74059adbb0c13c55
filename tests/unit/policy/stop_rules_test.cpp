#include "engine/policy/stop_rules.hpp"

#include <gtest/gtest.h>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

judgement stop_judgement(api::verdict is, bool outage) {
  judgement j;
  j.is = is;
  j.outage = outage;
  return j;
}

struct rules_test : ::testing::Test {
  api::profile profile;
  stop_options options;
  time_point now{5000s};
  rules_test() {
    profile.fields.resize(2);
    profile.fields[0].name = "title";
    profile.fields[1].name = "status";
  }
};

TEST_F(rules_test, PatienceEndsARunThatHearsNothingButOutage) {
  stop_rules rules(options);
  rules.on_attempt(stop_judgement(api::verdict::maybe, true), now);
  EXPECT_FALSE(rules.check(now + 59min, {}, profile));
  const auto order = rules.check(now + 60min, {}, profile);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "outage");
  EXPECT_EQ(order->why.kind, failure_kind::later);
}

TEST_F(rules_test, WhoNeverHeardAnythingIsToldToCheckTheAddress) {
  for (const bool in_doubt : {false, true})
    for (const bool heard : {false, true}) {
      options.address_in_doubt = in_doubt;
      stop_rules rules(options);
      if (heard) rules.on_attempt(stop_judgement(api::verdict::throttled, false), now);
      rules.on_attempt(stop_judgement(api::verdict::maybe, true), now);
      const auto order = rules.check(now + 60min, {}, profile);
      ASSERT_TRUE(order);
      EXPECT_EQ(order->why.remedy.starts_with("check api.base_url"), in_doubt && !heard) << order->why.remedy;
    }
}

TEST_F(rules_test, OneGoodReplyRestartsPatience) {
  stop_rules rules(options);
  rules.on_attempt(stop_judgement(api::verdict::retry, true), now);
  rules.on_attempt(stop_judgement(api::verdict::refused, false), now + 50min);
  rules.on_attempt(stop_judgement(api::verdict::throttled, false), now + 55min);
  EXPECT_FALSE(rules.check(now + 70min, {}, profile));
  const auto order = rules.check(now + 115min, {}, profile);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "throttled");
}

TEST_F(rules_test, ALongPauseThatTheApiAsksForEndsTheRunWithItsTimeAndItsHeader) {
  struct row {
    asking_header by;
    const char* named;  // empty: no reason to stop
  };
  profile.headers.reset = "X-RateLimit-Reset";
  const row rows[] = {{asking_header::retry_after, "(Retry-After)"},
                      {asking_header::reset, "(X-RateLimit-Reset)"},
                      {asking_header::rule, "(a rule of the profile)"},
                      {asking_header::none, ""}};
  for (const auto& r : rows) {
    stop_rules rules(options);
    EXPECT_FALSE(rules.check(now, asked_pause{now + 15min, r.by}, profile));
    const auto order = rules.check(now, asked_pause{now + 16min, r.by}, profile);
    ASSERT_EQ(order.has_value(), *r.named != '\0');
    if (!order) continue;
    EXPECT_EQ(order->reason, "throttled");
    EXPECT_EQ(order->resume_at, now + 16min);
    EXPECT_NE(order->why.what.find(r.named), std::string::npos) << order->why.what;
  }
}

TEST_F(rules_test, PatienceHasAnEndThatCannotOverflow) {
  options.patience = duration::max();
  stop_rules rules(options);
  EXPECT_EQ(rules.patience_ends(), std::nullopt);
  rules.on_attempt(stop_judgement(api::verdict::throttled, false), now);
  EXPECT_EQ(rules.patience_ends(), time_point::max());
}

TEST_F(rules_test, ATenthOfTheLast500FailedStopsOnceFiftyHave) {
  stop_rules rules(options);
  for (int i = 0; i < 49; ++i) rules.on_finish(outcome::refused, {});
  EXPECT_FALSE(rules.check(now, {}, profile));
  rules.on_finish(outcome::refused, {});
  const auto order = rules.check(now, {}, profile);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "max_failures");
  EXPECT_EQ(order->why.kind, failure_kind::mend);
}

TEST_F(rules_test, OldFailuresLeaveTheWindow) {
  stop_rules rules(options);
  for (int i = 0; i < 49; ++i) rules.on_finish(outcome::failed, {});
  for (int i = 0; i < 500; ++i) rules.on_finish(outcome::applied, {});
  for (int i = 0; i < 50; ++i) rules.on_finish(outcome::failed, {});
  EXPECT_FALSE(rules.check(now, {}, profile));
  rules.on_finish(outcome::failed, {});
  EXPECT_TRUE(rules.check(now, {}, profile));
}

TEST_F(rules_test, InvalidRowsDoNotCount) {
  options.failures.count = 1;
  stop_rules rules(options);
  for (int i = 0; i < 1000; ++i) rules.on_finish(outcome::invalid, {});
  EXPECT_FALSE(rules.check(now, {}, profile));
}

TEST_F(rules_test, ACountReplacesTheShare) {
  options.failures.count = 3;
  stop_rules rules(options);
  rules.on_finish(outcome::failed, {});
  rules.on_finish(outcome::failed, {});
  EXPECT_FALSE(rules.check(now, {}, profile));
  EXPECT_FALSE(rules.after_finish(profile));
  rules.on_finish(outcome::refused, {});
  const auto order = rules.after_finish(profile);
  ASSERT_TRUE(order) << "at the very failure, and not at the next look at the clock";
  EXPECT_NE(order->why.remedy.find("--retry"), std::string::npos);
  EXPECT_TRUE(rules.check(now, {}, profile));
}

TEST_F(rules_test, TwentyMismatchesOfOneFieldInARowNameIt) {
  options.failures.share = 0;
  stop_rules rules(options);
  for (int i = 0; i < 19; ++i) rules.on_finish(outcome::mismatch, field_index{1});
  rules.on_finish(outcome::applied, {});
  for (int i = 0; i < 19; ++i) rules.on_finish(outcome::mismatch, field_index{1});
  rules.on_finish(outcome::mismatch, field_index{0});
  for (int i = 0; i < 19; ++i) rules.on_finish(outcome::mismatch, field_index{1});
  EXPECT_FALSE(rules.check(now, {}, profile));
  rules.on_finish(outcome::mismatch, field_index{1});
  const auto order = rules.check(now, {}, profile);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "mismatches");
  EXPECT_EQ(order->why.place, "status");
}

TEST(StopRules, ThreeAcceptedRowsWithoutAResourceAreTheProfile) {
  const api::profile profile;
  const time_point now{1000s};
  stop_rules rules{stop_options{}};
  const auto unshown = [&] {
    rules.on_replies(reply_trouble::unshown, outcome::applied, "the reply (204) has no body; set reply");
  };
  unshown();
  unshown();
  rules.on_replies(reply_trouble::none, outcome::applied, {});
  unshown();
  unshown();
  EXPECT_FALSE(rules.check(now, {}, profile)) << "not in a row";
  unshown();
  const auto order = rules.check(now, {}, profile);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "unshown_replies");
  EXPECT_EQ(order->why.kind, failure_kind::mend);
  EXPECT_NE(order->why.what.find("(204) has no body; set reply"), std::string::npos);
}

TEST(StopRules, RowsThatCannotBeReadStopARunAtItsBeginningOnly) {
  const api::profile profile;
  const time_point now{1000s};
  const auto misread = [](stop_rules& rules) {
    for (int i = 0; i < 3; ++i) rules.on_replies(reply_trouble::misread, outcome::failed, "why");
  };
  stop_rules first{stop_options{}};
  misread(first);
  const auto order = first.check(now, {}, profile);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "unreadable_replies");

  stop_rules later{stop_options{}};
  later.on_replies(reply_trouble::none, outcome::unchanged, {});
  misread(later);
  EXPECT_FALSE(later.check(now, {}, profile));
  stop_rules resumed{stop_options{}};
  resumed.has_succeeded();
  misread(resumed);
  EXPECT_FALSE(resumed.check(now, {}, profile));
}

TEST(StopRules, RepliesWithoutAnEndOfAnyRowAreNoProgress) {
  const api::profile profile;
  const time_point now{1000s};
  stop_options options;
  options.patience = 60min;
  stop_rules rules(options);
  rules.progressed(now);
  EXPECT_FALSE(rules.check(now + 2h, {}, profile))
      << "nothing came at all: an outage, which has its own rule";
  rules.on_reply(true);
  rules.on_reply(true);
  EXPECT_FALSE(rules.check(now + 59min, {}, profile));
  const auto order = rules.check(now + 60min, {}, profile);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "no_progress");
  EXPECT_EQ(order->why.kind, failure_kind::later);
  rules.progressed(now + 30min);
  rules.on_reply(true);
  rules.on_reply(true);
  EXPECT_FALSE(rules.check(now + 60min, {}, profile));
}

TEST(StopRules, WaitingForQuotaIsNoLackOfProgressUnlessWritesAreAnsweredForNothing) {
  const api::profile profile;
  for (const bool to_a_write : {false, true}) {
    time_point now{1000s};
    stop_options options;
    options.patience = 60min;
    stop_rules rules(options);
    rules.progressed(now);
    for (int minute = 0; minute < 90; ++minute) {
      rules.on_reply(to_a_write);
      now += 1min;
      rules.waits_for_quota(now);
    }
    EXPECT_EQ(rules.check(now, {}, profile).has_value(), to_a_write);
    rules.progressed(now);
    EXPECT_FALSE(rules.check(now, {}, profile));
  }
}

// Reads that never lead to a write are answered while their writes wait.
TEST(StopRules, ARunThatOnlyReadsWhileItWaitsForQuotaEnds) {
  const api::profile profile;
  for (const bool leads_to_nothing : {false, true}) {
    time_point now{1000s};
    stop_options options;
    options.patience = 60min;
    stop_rules rules(options);
    rules.progressed(now);
    std::optional<stop_order> order;
    for (int minute = 0; minute < 5 * 60; ++minute) {
      rules.on_reply(false);
      if (!leads_to_nothing && minute % 90 == 0) rules.progressed(now);
      now += 1min;
      rules.waits_for_quota(now);
      if (!order) order = rules.check(now, {}, profile);
    }
    ASSERT_EQ(order.has_value(), leads_to_nothing);
    if (leads_to_nothing) {
      EXPECT_EQ(order->reason, "no_progress");
    }
  }
}

// Where writes are answered with nothing, a key without the right to a field looks like this.
TEST(StopRules, TwentyMismatchesThatReadsShowNameTheFieldAndTheRight) {
  api::profile names;
  names.fields.resize(1);
  names.fields[0].name = "status";
  for (const auto is : {api::reply_kind::read, api::reply_kind::resource}) {
    names.reply.is = is;
    stop_rules rules{stop_options{}};
    for (int i = 0; i < 20; ++i) rules.on_finish(outcome::mismatch, field_index{0});
    const auto order = rules.after_finish(names);
    ASSERT_TRUE(order);
    EXPECT_EQ(order->why.place, "status");
    const bool by_read = is == api::reply_kind::read;
    EXPECT_EQ(order->why.what.find("but a read shows") != std::string::npos, by_read);
    EXPECT_EQ(order->why.remedy.find("may write this field") != std::string::npos, by_read);
  }
}

// Rows that wait for themselves, because the API said so of them alone.
TEST(StopRules, ALongWaitOfTheRowsThatAreLeftEndsTheRun) {
  const time_point now{1000s};
  EXPECT_FALSE(too_long_a_wait_of_rows(0, now + 2h, now, 15min));
  EXPECT_FALSE(too_long_a_wait_of_rows(1, now + 15min, now, 15min));
  EXPECT_FALSE(too_long_a_wait_of_rows(1, now - 1s, now, 15min));
  EXPECT_FALSE(too_long_a_wait_of_rows(3, time_point::max(), now, 15min)) << "an outage is no pause";
  const auto order = too_long_a_wait_of_rows(3, now + 2h, now, 15min);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->reason, "throttled");
  EXPECT_EQ(order->why.kind, failure_kind::later);
  EXPECT_EQ(order->resume_at, now + 2h);
  EXPECT_EQ(order->why.what,
            "the 3 rows that could go on have to wait for 120 min, longer than limits.max_wait (15 min)");
}

}  // namespace
}  // namespace pawl::policy
