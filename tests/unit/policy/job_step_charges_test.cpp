// Which failures count against a job while the API is in trouble.
#include "tests/unit/policy/job_step_blind_walk.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using namespace blind;

TEST(JobStep, AnOutageWipesItsFailuresAway) {
  walk w;
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
    walk w;
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

}  // namespace
}  // namespace pawl::policy
