// Which failures count against a job while the API is in trouble.
#include "tests/unit/policy/job_step_blind_walk.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using namespace blind;

TEST(JobStep, AnOutageWipesItsFailuresAway) {
  blind_walk w;
  w.to_the_wire();
  for (int i = 0; i < 100; ++i) {
    auto next = w.answer(500, "");
    ASSERT_TRUE(std::holds_alternative<action::sleep>(next)) << i;
    if (i % 4 == 3) ++w.outages;
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{}))) << i;
    w.to_the_wire(false);
  }
  // One that was confirmed while the request was under way explains its failure too.
  ++w.outages;
  auto next = w.answer(500, "");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  w.feed(event::woke{});
  w.to_the_wire(false);
  for (std::uint32_t left = w.options.retry.max_attempts; left > 0; --left) {
    next = w.answer(500, "");
    ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
    next = w.feed(event::woke{});
    if (left > 1) w.to_the_wire(false);
  }
  EXPECT_TRUE(std::holds_alternative<action::finish>(next));
}

TEST(JobStep, ATrialIsFreeTwiceAndCountsThen) {
  struct {
    bool has_probe;
    int status;    // 0: no reply
    int failures;  // until the end; 0: it never ends by this
  } const rows[] = {{true, 500, 8}, {true, 0, 8}, {false, 500, 8}, {false, 0, 0}};
  for (const auto& row : rows) {
    blind_walk w;
    w.options.breaker_has_probe = row.has_probe;
    w.to_the_wire();
    int failures = 0;
    for (;;) {
      attempt_fact fact;
      fact.reached = row.status == 0 ? phase::maybe_applied : phase::answered;
      fact.fault = row.status == 0 ? transport_fault::reset : transport_fault::none;
      fact.status = row.status;
      auto next = w.feed(event::replied{&fact, true});
      ++failures;
      if (std::holds_alternative<action::finish>(next) || failures == 100) break;
      ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
      next = w.feed(event::woke{});
      ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(next));
      w.to_the_wire(false);
    }
    EXPECT_EQ(failures, row.failures == 0 ? 100 : row.failures) << row.has_probe << row.status;
  }
}

// A row that the API tells to wait for itself: as long as the reply asks, else as long as the rule says, and
// longer each time. It costs no attempt, and the class is not throttled.
TEST(JobStep, ARuleSaysHowLongTheRowAloneWaits) {
  blind_walk w;
  api::status_rule locked;
  locked.statuses = {{423, 423}};
  locked.then = api::verdict::throttled;
  locked.scope = api::wait_scope::of_id;
  locked.wait = {{api::wait_source::kind::retry_after, {}}, {api::wait_source::kind::time, 120s}};
  w.profile.rules = {locked};
  w.to_the_wire();
  const duration least[] = {120s, 240s, 480s, 7s, 1920s};
  for (const auto wait : least) {
    w.headers = {{"X-Request-Id", "req_1"}};
    if (wait == 7s) w.headers.push_back({"Retry-After", "7"});
    const auto next = w.answer(423, envelope("locked"));
    ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
    const duration pause = std::get<action::sleep>(next).until - w.now;
    EXPECT_GE(pause, wait);
    EXPECT_LT(pause, wait + 60s) << "a backoff of our own at most";
    EXPECT_NE(w.step.last().is, api::verdict::throttled);
    w.now += pause;
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{})));
    w.to_the_wire(false);
  }
  const auto next = w.answer(200, good);
  ASSERT_TRUE(std::holds_alternative<action::finish>(next));
  EXPECT_EQ(std::get<action::finish>(next).result, outcome::applied);
  EXPECT_EQ(w.step.attempts(), 6u);
}

// A 5xx that a rule calls a wait may have been said after the work was done.
TEST(JobStep, A5xxOfTheRowLeavesADoubt) {
  blind_walk w;
  api::status_rule busy;
  busy.statuses = {{503, 503}};
  busy.then = api::verdict::throttled;
  busy.scope = api::wait_scope::of_id;
  w.profile.rules = {busy};
  w.to_the_wire();
  ASSERT_TRUE(std::holds_alternative<action::sleep>(w.answer(503, envelope("busy"))));
  w.feed(event::woke{});
  w.to_the_wire(false);
  const auto next = w.answer(404, envelope("gone"));
  ASSERT_TRUE(std::holds_alternative<action::finish>(next));
  EXPECT_EQ(std::get<action::finish>(next).result, outcome::unknown);
}

}  // namespace
}  // namespace pawl::policy
